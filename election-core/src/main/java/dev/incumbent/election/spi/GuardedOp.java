package dev.incumbent.election.spi;

/** One change of a write that the coordinator carries out only while an entry stands. */
public sealed interface GuardedOp {

    /**
     * Sets a key, creating it if need be.
     *
     * @param key the key, relative to the adapter's data root
     * @param value the new value
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Put(String key, byte[] value) implements GuardedOp {}

    /**
     * Removes a key; a missing one is no error.
     *
     * @param key the key, relative to the adapter's data root
     */
    record Delete(String key) implements GuardedOp {}
}
