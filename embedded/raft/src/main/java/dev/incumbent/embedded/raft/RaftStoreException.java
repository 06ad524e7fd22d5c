package dev.incumbent.embedded.raft;

import org.jspecify.annotations.Nullable;

/**
 * A directory that a cluster cannot be started from: it is in use, was made for another cluster, is damaged in a way that may
 * have cost acknowledged commands, or cannot be read or written. The message names the file and the place in it.
 *
 * <p>Noticed is any damage to a snapshot, and to a log in front of its last write. The last write itself, if damaged, cannot be told
 * from one that a crash cut short, and is cut off. A log that ends between two writes, or an older copy of a directory, passes.
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
