/**
 * The contracts of fencing guards, for whoever writes a guard.
 *
 * <p>There are two kinds of guard, and a contract for each: extend {@link
 * dev.incumbent.testkit.fencing.MarkGuardContractTest} for a guard that keeps a mark in the data's store, and {@link
 * dev.incumbent.testkit.fencing.OwnEntryGuardContractTest} for one that lets a write pass while the writer's own entry
 * in the coordinator stands. Both ask for a small harness over an empty store.
 *
 * <p>The contracts were run against broken guards too: accepting a lower token, refusing the equal one, check-then-act,
 * no seal. Each fails them.
 */
@NullMarked
package dev.incumbent.testkit.fencing;

import org.jspecify.annotations.NullMarked;
