package dev.incumbent.embedded.zookeeper;

/** The way in which bytes travel on a link between a client and a server. */
public enum Direction {
    /** Requests: from the client to the server. */
    TO_SERVER,
    /** Replies and watch notifications: from the server to the client. */
    TO_CLIENT
}
