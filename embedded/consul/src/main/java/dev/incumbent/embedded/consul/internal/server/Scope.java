package dev.incumbent.embedded.consul.internal.server;

/** What a parked query waits for. */
sealed interface Scope {

    /** A change of one key. */
    record Key(String key) implements Scope {}

    /** A change of any key below a prefix. */
    record Tree(String prefix) implements Scope {}

    /** The end of one session. */
    record OneSession(String id) implements Scope {}

    /** Any session's beginning or end. */
    record Sessions() implements Scope {}

    /** A change of the catalog. */
    record Catalog() implements Scope {}
}
