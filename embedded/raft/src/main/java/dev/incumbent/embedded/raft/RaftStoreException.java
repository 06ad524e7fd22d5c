package dev.incumbent.embedded.raft;

import org.jspecify.annotations.Nullable;

/**
 * A directory that a cluster cannot be started from: it is in use, was made for another cluster, is damaged in a way that may
 * have cost acknowledged commands, or cannot be read or written. The message names the file and the place in it.
 */
public final class RaftStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RaftStoreException(String message) {
        super(message);
    }

    RaftStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
