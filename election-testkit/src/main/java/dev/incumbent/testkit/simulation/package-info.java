/**
 * Whole elections in virtual time: many processes, one store, one thread, and chance from one seed. What a run does, it does
 * again under the same seed.
 */
@NullMarked
package dev.incumbent.testkit.simulation;

import org.jspecify.annotations.NullMarked;
