package dev.incumbent.embedded.consul.internal.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * Keeps a port while nobody listens there: bound, so that it is given to nobody else, but not listening, so that it refuses.
 * A server can take it over while it is still kept.
 */
final class PortReservation {

    private final SocketChannel socket;

    private PortReservation(SocketChannel socket) {
        this.socket = socket;
    }

    static PortReservation of(InetSocketAddress address) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(address);
            return new PortReservation(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Lets others have it. Idempotent. */
    void release() {
        try {
            socket.close();
        } catch (IOException closedAnyway) {
            // Nothing was ever sent on it.
        }
    }
}
