package dev.incumbent.embedded.zookeeper;

import org.jspecify.annotations.Nullable;

/** A server could not be started, a quorum was not reached in time, or an ensemble was used after it was closed. */
public final class EmbeddedZooKeeperException extends RuntimeException {

    EmbeddedZooKeeperException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    EmbeddedZooKeeperException(String message) {
        super(message);
    }
}
