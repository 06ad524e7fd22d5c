package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.Message;

/** What the machine answers. Immutable. */
public sealed interface Reply {

    /**
     * The store's revision when the answer was made; what a header carries.
     *
     * @return at least 1
     */
    long revision();

    /**
     * Done.
     *
     * @param body the response message of the API. Its header is left to the server; responses inside a Txn's carry a header
     *     with nothing but the revision, as etcd's do
     * @param revision the store's revision
     */
    record Ok(Message body, long revision) implements Reply {}

    /**
     * Nothing was changed.
     *
     * @param error why
     * @param revision the store's revision
     */
    record Refused(EtcdError error, long revision) implements Reply {}
}
