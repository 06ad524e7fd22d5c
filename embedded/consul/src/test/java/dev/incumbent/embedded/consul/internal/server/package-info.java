/** Tests of parts of the server. */
@NullMarked
package dev.incumbent.embedded.consul.internal.server;

import org.jspecify.annotations.NullMarked;
