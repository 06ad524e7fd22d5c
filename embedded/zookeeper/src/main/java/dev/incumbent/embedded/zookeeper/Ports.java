package dev.incumbent.embedded.zookeeper;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ports of this JVM's servers, whether a server listens there at the moment or not.
 *
 * <p>A member binds its quorum port only while it leads, its election port a little after it was chosen, and a killed one
 * binds nothing until it returns. The system gives such a port away. Given to the link that leads there, the link would
 * connect to itself: every connection that it accepts opens the next one, until the process has no descriptor left.
 */
final class Ports {

    private static final Set<Integer> SERVERS = ConcurrentHashMap.newKeySet();

    /** Opens a listener on whatever port the system gives. */
    interface Opener {
        ServerSocketChannel open() throws IOException;
    }

    private Ports() {}

    /** Chooses ports that nobody holds now and that no link takes until they are released. */
    static List<Integer> reserve(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        try {
            while (ports.size() < count) {
                ServerSocket socket = new ServerSocket();
                held.add(socket);
                socket.bind(Node.address(0));
                // Before the socket is closed, so that whoever is given the port afterwards finds it here.
                SERVERS.add(socket.getLocalPort());
                ports.add(socket.getLocalPort());
            }
        } finally {
            held.forEach(ProxyLoop::closeQuietly);
        }
        return ports;
    }

    /** Reserves a port that its server has bound by itself. */
    static void reserved(int port) {
        SERVERS.add(port);
    }

    static void release(int port) {
        SERVERS.remove(port);
    }

    static boolean isReserved(int port) {
        return SERVERS.contains(port);
    }

    /** A listener for a link. */
    static ServerSocketChannel listen() throws IOException {
        return listen(() -> {
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.bind(Node.address(0));
            return listener;
        });
    }

    static ServerSocketChannel listen(Opener opener) throws IOException {
        List<ServerSocketChannel> unsuitable = new ArrayList<>();
        try {
            ServerSocketChannel listener = opener.open();
            while (isReserved(listener.socket().getLocalPort())) {
                // Kept open meanwhile, or the same port might be given again.
                unsuitable.add(listener);
                listener = opener.open();
            }
            return listener;
        } finally {
            unsuitable.forEach(ProxyLoop::closeQuietly);
        }
    }
}
