/**
 * A coordinator's store as a plain state machine, without threads, clocks or a network: what the in-memory backend and the
 * simulation share. Time is an argument.
 */
@NullMarked
package dev.incumbent.testkit.store;

import org.jspecify.annotations.NullMarked;
