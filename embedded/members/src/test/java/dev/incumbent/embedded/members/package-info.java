@NullMarked
package dev.incumbent.embedded.members;

import org.jspecify.annotations.NullMarked;
