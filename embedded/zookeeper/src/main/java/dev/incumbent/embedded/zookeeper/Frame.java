package dev.incumbent.embedded.zookeeper;

/**
 * One message of ZooKeeper's client protocol as a link sees it.
 *
 * @param direction which way it travels
 * @param operation the name ZooKeeper gives the operation, e.g. {@code create2}, {@code multi}, {@code ping};
 *     {@code createSession} and {@code reconnectSession} for the first frame of a connection and its reply,
 *     {@code notification} for a watch event, {@code unknown} where the link cannot read it (TLS, four-letter words)
 * @param xid the client's number of the request, or the protocol's own (-1 notification, -2 ping, ...)
 * @param error ZooKeeper's error code in a reply, 0 for success and in requests
 * @param bytes its length on the wire
 */
public record Frame(Direction direction, String operation, int xid, int error, int bytes) {

    static final String NOTIFICATION = "notification";
    static final String UNKNOWN = "unknown";

    /** Whether this is a request or the reply to one, of the named operation. */
    public boolean is(String operationName) {
        return operation.equals(operationName);
    }
}
