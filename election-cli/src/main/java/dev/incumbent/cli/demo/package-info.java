/**
 * {@code elect demo}: one election, a handoff, a crash and a frozen leader, played with real processes and told in plain
 * words.
 *
 * <p>{@link dev.incumbent.cli.demo.Demo} runs in the parent, which owns the coordinator and the store; {@link
 * dev.incumbent.cli.demo.Candidate} runs in each child. They talk by lines: orders on the child's standard input,
 * {@link dev.incumbent.cli.demo.Event}s on its standard output.
 */
@NullMarked
package dev.incumbent.cli.demo;

import org.jspecify.annotations.NullMarked;
