/** Tests of the state machine alone. */
@NullMarked
package dev.incumbent.embedded.consul.internal.store;

import org.jspecify.annotations.NullMarked;
