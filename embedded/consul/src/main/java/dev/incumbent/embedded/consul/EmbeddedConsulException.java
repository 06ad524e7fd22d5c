package dev.incumbent.embedded.consul;

import org.jspecify.annotations.Nullable;

/** A node could not be started, no leader was found in time, or a cluster was used after it was closed. */
public final class EmbeddedConsulException extends RuntimeException {

    EmbeddedConsulException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    EmbeddedConsulException(String message) {
        super(message);
    }
}
