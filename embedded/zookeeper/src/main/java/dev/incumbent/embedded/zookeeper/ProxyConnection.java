package dev.incumbent.embedded.zookeeper;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection and its continuation to the server, as two streams of frames.
 *
 * <p>The server is not connected while no byte may travel towards it: a partition loses the first packet too, and a
 * server that accepts a silent connection may wait for its first byte on a thread that others need.
 *
 * <p>A member binds its quorum port a moment after it was elected. Those who come too early would be refused without the
 * link and try again after a pause; accepted and then reset, they would go back to the election at once. So the link tries
 * again for them. Confined to the loop's thread.
 */
final class ProxyConnection implements ProxyLoop.Handler {

    /** Beyond this, a stream is no longer read; TCP then slows its sender down. */
    private static final long MOST_WAITING_BYTES = 64L << 20;

    private static final Duration RETRY_PAUSE = Duration.ofMillis(20);
    private static final int MOST_RETRIES = 25;

    private final Proxy proxy;
    private final FrameReader reader;
    private final Stream toServer = new Stream(Direction.TO_SERVER);
    private final Stream toClient = new Stream(Direction.TO_CLIENT);
    private final SocketChannel client;
    private final SelectionKey clientKey;
    private @Nullable SocketChannel server;
    private @Nullable SelectionKey serverKey;
    private boolean connected;
    private int retries;
    private boolean lossy;
    private boolean closed;

    ProxyConnection(Proxy proxy, SocketChannel client) {
        this.proxy = proxy;
        this.client = client;
        this.reader = new FrameReader(!proxy.framed());
        this.clientKey = proxy.register(client, SelectionKey.OP_READ, this);
    }

    void connectIfAllowed() {
        boolean allowed = proxy.flow(Direction.TO_SERVER) == Flow.OPEN || toServer.permits > 0;
        if (server != null || closed || !allowed) {
            return;
        }
        try {
            SocketChannel channel = SocketChannel.open();
            server = channel;
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connected = channel.connect(proxy.target());
            serverKey = proxy.register(channel, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
        } catch (ConnectException e) {
            refused(e);
        } catch (IOException e) {
            failed(e);
        }
    }

    private void refused(ConnectException cause) {
        SocketChannel channel = server;
        if (closed || channel == null || !proxy.retries() || retries == MOST_RETRIES) {
            failed(cause);
            return;
        }
        retries++;
        ProxyLoop.closeQuietly(channel);
        server = null;
        serverKey = null;
        proxy.loop().later(RETRY_PAUSE, () -> {
            connectIfAllowed();
            toServer.pump();
        });
    }

    @Override
    public void ready(SelectionKey key) throws IOException {
        SocketChannel upstream = server;
        if (key == serverKey && upstream != null && !connected) {
            finishConnect(key, upstream);
        } else if (key.isReadable()) {
            (key == clientKey ? toServer : toClient).read();
        }
        if (!closed && key.isValid() && key.isWritable()) {
            (key == clientKey ? toClient : toServer).pump();
        }
    }

    private void finishConnect(SelectionKey key, SocketChannel upstream) throws IOException {
        try {
            connected = upstream.finishConnect();
            key.interestOps(SelectionKey.OP_READ);
            toServer.pump();
        } catch (ConnectException e) {
            refused(e);
        }
    }

    @Override
    public void failed(Exception cause) {
        reset();
    }

    void flowChanged() {
        boolean open = proxy.flow(Direction.TO_SERVER) == Flow.OPEN && proxy.flow(Direction.TO_CLIENT) == Flow.OPEN;
        if (lossy && open) {
            reset();
            return;
        }
        connectIfAllowed();
        toServer.flowChanged();
        toClient.flowChanged();
    }

    /** Lets up to {@code frames} of the waiting frames go although the flow stands; returns how many there were. */
    int pass(Direction direction, int frames) {
        Stream stream = direction == Direction.TO_SERVER ? toServer : toClient;
        int granted = Math.min(frames, stream.waiting.size());
        stream.permits += granted;
        connectIfAllowed();
        stream.pump();
        return granted;
    }

    void collectWaiting(Direction direction, List<Frame> frames) {
        Stream stream = direction == Direction.TO_SERVER ? toServer : toClient;
        if (proxy.flow(direction) == Flow.HOLD) {
            stream.waiting.forEach(chunk -> frames.add(chunk.frame()));
        }
    }

    void reset() {
        if (closed) {
            return;
        }
        closed = true;
        Proxy.reset(client);
        if (server != null) {
            Proxy.reset(server);
        }
        proxy.gone(this);
    }

    private void closeWhenBothEnded() {
        if (toServer.ended && toClient.ended && !closed) {
            closed = true;
            ProxyLoop.closeQuietly(client);
            if (server != null) {
                ProxyLoop.closeQuietly(server);
            }
            proxy.gone(this);
        }
    }

    /** The bytes of one direction, from the socket they come from to the one they go to. */
    private final class Stream {
        private final Direction direction;
        private final Deque<FrameReader.Chunk> waiting = new ArrayDeque<>();
        private long waitingBytes;
        private int permits;
        private boolean begun;
        private boolean atEnd;
        private boolean ended;

        Stream(Direction direction) {
            this.direction = direction;
        }

        private @Nullable SocketChannel source() {
            return direction == Direction.TO_SERVER ? client : server;
        }

        private @Nullable SocketChannel sink() {
            return direction == Direction.TO_SERVER ? (connected ? server : null) : client;
        }

        void read() {
            SocketChannel from = source();
            if (from == null || closed) {
                return;
            }
            ByteBuffer bytes = proxy.loop().scratch();
            try {
                if (from.read(bytes) < 0) {
                    atEnd = true;
                    arrived(List.of());
                } else {
                    arrived(reader.read(direction, bytes.flip()));
                }
            } catch (IOException e) {
                // The sender is gone with a reset: what it has sent may still arrive, then the stream ends.
                atEnd = true;
                arrived(List.of());
            }
        }

        private void arrived(List<FrameReader.Chunk> chunks) {
            for (FrameReader.Chunk chunk : chunks) {
                if (proxy.trips(chunk.frame())) {
                    pump();
                    proxy.hold(direction);
                }
                waiting.add(chunk);
                waitingBytes += chunk.bytes().remaining();
            }
            pump();
            proxy.changed();
        }

        void flowChanged() {
            if (!closed) {
                pump();
            }
        }

        void pump() {
            if (closed) {
                return;
            }
            try {
                Flow flow = proxy.flow(direction);
                if (flow == Flow.DROP) {
                    drop();
                } else {
                    write(flow);
                }
                finishIfDone(flow);
            } catch (IOException e) {
                reset();
                return;
            }
            adjustInterest();
        }

        private void drop() {
            lossy |= !waiting.isEmpty() || atEnd;
            waiting.clear();
            waitingBytes = 0;
        }

        private void write(Flow flow) throws IOException {
            SocketChannel to = sink();
            while (to != null && !waiting.isEmpty() && (flow == Flow.OPEN || permits > 0 || begun)) {
                FrameReader.Chunk chunk = waiting.getFirst();
                waitingBytes -= to.write(chunk.bytes());
                begun = chunk.bytes().hasRemaining();
                if (begun) {
                    return;
                }
                waiting.removeFirst();
                permits = Math.max(0, permits - 1);
                proxy.passed(chunk.frame());
            }
        }

        private void finishIfDone(Flow flow) throws IOException {
            SocketChannel to = sink();
            if (!atEnd || ended || flow != Flow.OPEN || !waiting.isEmpty()) {
                return;
            }
            ended = true;
            if (to != null) {
                to.shutdownOutput();
            } else {
                toClient.ended = true;
            }
            closeWhenBothEnded();
        }

        private void adjustInterest() {
            SelectionKey from = direction == Direction.TO_SERVER ? clientKey : serverKey;
            SelectionKey to = direction == Direction.TO_SERVER ? serverKey : clientKey;
            if (from != null && from.isValid() && (direction == Direction.TO_SERVER || connected)) {
                boolean more = !atEnd && waitingBytes < MOST_WAITING_BYTES;
                interest(from, SelectionKey.OP_READ, more);
            }
            if (to != null && to.isValid() && sink() != null) {
                boolean mayWrite = proxy.flow(direction) == Flow.OPEN || permits > 0 || begun;
                interest(to, SelectionKey.OP_WRITE, mayWrite && !waiting.isEmpty());
            }
        }

        private void interest(SelectionKey key, int operation, boolean wanted) {
            key.interestOps(wanted ? key.interestOps() | operation : key.interestOps() & ~operation);
        }
    }
}
