/** Runs elections under thousands of seeds, and mutants until they are caught. */
@NullMarked
package dev.incumbent.testkit.simulation;

import org.jspecify.annotations.NullMarked;
