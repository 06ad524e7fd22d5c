/** Tests of the program as its users see it: arguments, output, exit codes, and what is left behind. */
@NullMarked
package dev.incumbent.cli;

import org.jspecify.annotations.NullMarked;
