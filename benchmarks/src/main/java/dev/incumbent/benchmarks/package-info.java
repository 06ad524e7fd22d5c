/**
 * Measurements: what a campaign and a handoff cost, in requests, in committed writes and in time, beside the least that the
 * coordinator itself can do and beside a peer on the same server; and what asking {@code Leadership.isValid()} costs.
 */
@NullMarked
package dev.incumbent.benchmarks;

import org.jspecify.annotations.NullMarked;
