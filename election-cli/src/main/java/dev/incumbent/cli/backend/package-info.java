/** Which coordinators this program can talk to, and how it reaches or starts each of them. */
@NullMarked
package dev.incumbent.cli.backend;

import org.jspecify.annotations.NullMarked;
