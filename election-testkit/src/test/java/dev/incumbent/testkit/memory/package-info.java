/** The in-memory backend as an application's test uses it. */
@NullMarked
package dev.incumbent.testkit.memory;

import org.jspecify.annotations.NullMarked;
