package dev.incumbent.embedded.members;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a port while nobody listens there: bound, so that it is given to nobody else, but not listening, so that it refuses.
 * A server can take it over while it is still kept.
 */
public final class PortReservation {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private final SocketChannel socket;

    private PortReservation(SocketChannel socket) {
        this.socket = socket;
    }

    /**
     * Where members listen: 127.0.0.1, whichever family of addresses this machine prefers.
     *
     * @param port the port
     * @return the address
     */
    public static InetSocketAddress loopback(int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
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

    /**
     * Begins to keep a port whose server is just being closed. The JDK closes a listening socket only when its event loop comes
     * round to it; until then clients can connect, and the port cannot be bound.
     *
     * @param address the port and its interface
     * @param patience how long to try
     * @return what keeps it; empty if somebody else has it still
     */
    public static Optional<PortReservation> afterServer(InetSocketAddress address, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (deadline - System.nanoTime() > 0) {
            try {
                return Optional.of(of(address));
            } catch (IOException stillOpen) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        return Optional.empty();
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
