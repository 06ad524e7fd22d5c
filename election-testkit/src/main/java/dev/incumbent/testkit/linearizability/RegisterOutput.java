package dev.incumbent.testkit.linearizability;

import java.util.Optional;

/** What a {@link VersionedRegister} answers. */
public sealed interface RegisterOutput {

    /** The revision of the store at which this was answered; of a change, the one that it made. */
    long storeRevision();

    /**
     * To a read.
     *
     * @param value what is there
     * @param revision at which it was written; 0 if nothing is there
     * @param storeRevision the store's newest revision
     */
    record Found(Optional<String> value, long revision, long storeRevision) implements RegisterOutput {}

    /** To a write, a successful compare-and-set, or a delete of something: the change was made at this revision. */
    record Changed(long storeRevision) implements RegisterOutput {}

    /** To a compare-and-set of another revision than the register's, or a delete of nothing: no change was made. */
    record Unchanged(long storeRevision) implements RegisterOutput {}
}
