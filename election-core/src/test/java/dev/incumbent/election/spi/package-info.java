@NullMarked
package dev.incumbent.election.spi;

import org.jspecify.annotations.NullMarked;
