/** Tests of the harness. */
@NullMarked
package dev.incumbent.embedded.raft;

import org.jspecify.annotations.NullMarked;
