/** The guards' contracts run against sound guards, which pass, and against broken ones, which must not. */
@NullMarked
package dev.incumbent.testkit.fencing;

import org.jspecify.annotations.NullMarked;
