@NullMarked
package dev.incumbent.testkit.linearizability;

import org.jspecify.annotations.NullMarked;
