/** Tests of the pure machines. */
@NullMarked
package dev.incumbent.election.internal.machine;

import org.jspecify.annotations.NullMarked;
