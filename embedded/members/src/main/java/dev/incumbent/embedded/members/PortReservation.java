package dev.incumbent.embedded.members;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * Keeps a port while nobody listens there: bound, so that it is given to nobody else, but not listening, so that it refuses.
 * A server can take it over while it is still kept.
 */
public final class PortReservation {

    private final SocketChannel socket;

    private PortReservation(SocketChannel socket) {
        this.socket = socket;
    }

    /**
     * Begins to keep a port.
     *
     * @param address the port and its interface
     * @return what keeps it
     * @throws IOException if somebody else has it
     */
    public static PortReservation of(InetSocketAddress address) throws IOException {
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
    public void release() {
        try {
            socket.close();
        } catch (IOException closedAnyway) {
            // Nothing was ever sent on it.
        }
    }
}
