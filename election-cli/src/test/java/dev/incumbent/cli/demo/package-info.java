/** Tests of the demonstration's parts. */
@NullMarked
package dev.incumbent.cli.demo;

import org.jspecify.annotations.NullMarked;
