@NullMarked
package dev.incumbent.realservers;

import org.jspecify.annotations.NullMarked;
