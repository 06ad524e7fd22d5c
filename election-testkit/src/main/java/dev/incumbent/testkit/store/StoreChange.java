package dev.incumbent.testkit.store;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.SessionId;

/** Something that the store committed, told in commit order. */
public sealed interface StoreChange {

    /** An entry was made. */
    record Added(StoredEntry entry) implements StoreChange {}

    /** An entry was removed. */
    record Removed(StoredEntry entry, Hand by) implements StoreChange {}

    /** An entry lost its session and stays. */
    record Orphaned(StoredEntry entry) implements StoreChange {}

    /** An entry's payload is another one. */
    record PayloadChanged(StoredEntry entry) implements StoreChange {}

    /** The generation was raised. */
    record GenerationRaised(Generation generation) implements StoreChange {}

    /** A session ended; told before what becomes of its entries. */
    record SessionEnded(SessionId session, Hand by) implements StoreChange {}
}
