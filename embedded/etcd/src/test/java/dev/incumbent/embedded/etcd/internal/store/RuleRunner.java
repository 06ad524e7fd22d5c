package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.Message;

/** Someone who can be asked what a {@link RuleScript} asks: a server with an empty store at first. */
interface RuleRunner extends AutoCloseable {

    /** Whom of the script's replies to expect. */
    String series();

    /** Asks, and writes the reply as the script does; a user has signed in before. */
    String ask(String user, Message request);

    @Override
    void close();
}
