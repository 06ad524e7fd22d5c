/** Runs the contracts against the backend in memory. */
@NullMarked
package dev.incumbent.testkit.contract;

import org.jspecify.annotations.NullMarked;
