/** Tests of what the JDBC guard does beyond the contract. */
@NullMarked
package dev.incumbent.fencing.jdbc;

import org.jspecify.annotations.NullMarked;
