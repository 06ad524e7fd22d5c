/** Tests of the embedded server through its ports. */
@NullMarked
package dev.incumbent.embedded.consul;

import org.jspecify.annotations.NullMarked;
