/** Clients that others wrote, unchanged, against the embedded server; where they are installed, against real ones too. */
@NullMarked
package dev.incumbent.embedded.consul.clients;

import org.jspecify.annotations.NullMarked;
