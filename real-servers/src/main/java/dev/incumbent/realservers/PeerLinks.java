package dev.incumbent.realservers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proxies in front of the members of a cluster, through which they reach each other, so that one can be cut off.
 *
 * <p>Messages go both ways over connections that either side has opened. A connection's first request says at which address its
 * sender is reached, so a proxy knows both ends. One that does not say so, such as a probe, counts as the sender's that is cut
 * off. Members without TLS among each other only. Thread-safe.
 */
final class PeerLinks implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PeerLinks.class);
    private static final Pattern SENDER = Pattern.compile("(?i)\r\nX-PeerURLs: *http://[^\r]*?:(\\d+)");
    private static final int LONGEST_HEAD = 16_384;
    private static final int UNKNOWN = 0;

    private final List<ServerSocket> doors = new ArrayList<>();
    private final Set<Link> open = ConcurrentHashMap.newKeySet();
    private volatile int cutOff;
    private volatile boolean closed;

    private record Link(int from, int to, Socket sender, Socket receiver) {

        void end() {
            quietly(sender);
            quietly(receiver);
        }
    }

    /** Opens the proxy of the next member. Yields the port at which the others are to reach it. */
    synchronized int open(int memberPort) {
        try {
            ServerSocket door = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
            doors.add(door);
            int number = doors.size();
            start("door-" + number, () -> serve(door, number, memberPort));
            return door.getLocalPort();
        } catch (IOException e) {
            throw new RealServerException("No port for a proxy", e);
        }
    }

    void cutOff(int number) {
        LOG.debug("Node {} is cut off", number);
        cutOff = number;
        open.stream().filter(this::isCut).forEach(Link::end);
    }

    void mend() {
        cutOff = 0;
    }

    private boolean isCut(Link link) {
        int alone = cutOff;
        return alone != 0 && (link.from == alone || link.to == alone || link.from == UNKNOWN);
    }

    private void serve(ServerSocket door, int number, int memberPort) {
        while (!closed) {
            try {
                Socket sender = door.accept();
                start("link-" + number, () -> connect(sender, number, memberPort));
            } catch (IOException ended) {
                LOG.trace("The proxy of node {} ended", number, ended);
                return;
            }
        }
    }

    private void connect(Socket sender, int to, int memberPort) {
        try {
            byte[] head = head(sender.getInputStream());
            int from = sender(head);
            Link link = new Link(from, to, sender, new Socket(InetAddress.getLoopbackAddress(), memberPort));
            open.add(link);
            try {
                // Looked at when it is among those that a cut ends.
                if (!closed && !isCut(link)) {
                    carry(link, head);
                }
            } finally {
                link.end();
                open.remove(link);
            }
        } catch (IOException refused) {
            LOG.trace("No link to node {}", to, refused);
            quietly(sender);
        }
    }

    private static void carry(Link link, byte[] head) throws IOException {
        start("back", () -> {
            try {
                link.receiver.getInputStream().transferTo(link.sender.getOutputStream());
            } catch (IOException ended) {
                LOG.trace("A link from node {} ended", link.to, ended);
            }
            link.end();
        });
        OutputStream receiver = link.receiver.getOutputStream();
        receiver.write(head);
        link.sender.getInputStream().transferTo(receiver);
    }

    /** The first request up to its empty line, and what came with it. */
    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        while (head.size() < LONGEST_HEAD) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new IOException("ended within the first request");
            }
            head.write(buffer, 0, read);
            if (head.toString(StandardCharsets.ISO_8859_1).contains("\r\n\r\n")) {
                return head.toByteArray();
            }
        }
        throw new IOException("no HTTP request");
    }

    private synchronized int sender(byte[] head) {
        Matcher address = SENDER.matcher(new String(head, StandardCharsets.ISO_8859_1));
        int port = address.find() ? Integer.parseInt(address.group(1)) : -1;
        for (int i = 0; i < doors.size(); i++) {
            if (doors.get(i).getLocalPort() == port) {
                return i + 1;
            }
        }
        return UNKNOWN;
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "peer-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void quietly(@Nullable AutoCloseable socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (Exception ended) {
            LOG.trace("Already closed", ended);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        doors.forEach(PeerLinks::quietly);
        open.forEach(Link::end);
    }
}
