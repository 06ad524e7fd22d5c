package dev.incumbent.testkit.simulation;

/**
 * A guarantee that did not hold.
 *
 * @param invariant which one, such as {@code S2}
 * @param message what was seen
 */
public record Violation(String invariant, String message) {}
