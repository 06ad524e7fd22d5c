/**
 * {@code elect}: elections from the command line.
 *
 * <p>{@link dev.incumbent.cli.Elect} is the program; every subcommand is a class of its own here and does no more than
 * read its options. What it then runs is in a package of its own. To add a subcommand, list it at {@code Elect}.
 */
@NullMarked
package dev.incumbent.cli;

import org.jspecify.annotations.NullMarked;
