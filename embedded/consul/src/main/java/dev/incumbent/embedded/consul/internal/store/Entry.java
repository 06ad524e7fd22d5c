package dev.incumbent.embedded.consul.internal.store;

/**
 * A key and what is kept under it. Keys and values are strings of bytes, see the package.
 *
 * @param key never empty
 * @param value may be empty
 * @param flags 64 bits that mean what clients agree on
 * @param session who holds the key as a lock; empty if nobody does
 * @param lockIndex how often it was locked; Consul resets it on a plain write
 * @param createIndex the place in the log where it began to exist
 * @param modifyIndex the place in the log of its last change
 */
public record Entry(
        String key, String value, long flags, String session, long lockIndex, long createIndex, long modifyIndex) {

    Entry releasedAt(long index) {
        return new Entry(key, value, flags, "", lockIndex, createIndex, index);
    }

    /** Whether a write of the other one would change nothing but the indexes. */
    boolean holdsTheSameAs(Entry other) {
        return value.equals(other.value)
                && flags == other.flags
                && session.equals(other.session)
                && lockIndex == other.lockIndex;
    }
}
