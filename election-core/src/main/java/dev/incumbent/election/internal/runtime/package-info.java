/** Runs the pure machines: serial execution, calls to the coordinator, listeners, observers. Not for use outside. */
@NullMarked
package dev.incumbent.election.internal.runtime;

import org.jspecify.annotations.NullMarked;
