package dev.incumbent.embedded.etcd;

import org.jspecify.annotations.Nullable;

/** A node could not be started, no leader was found in time, or a cluster was used after it was closed. */
public final class EmbeddedEtcdException extends RuntimeException {

    EmbeddedEtcdException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    EmbeddedEtcdException(String message) {
        super(message);
    }
}
