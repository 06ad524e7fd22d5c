package dev.incumbent.embedded.consul;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Many clients that each wait on a connection of their own, without a thread for each. */
final class Pollers implements AutoCloseable {

    private final URI server;
    private final Deque<SocketChannel> channels = new ArrayDeque<>();

    Pollers(String endpoint) {
        server = URI.create(endpoint);
    }

    void park(String path) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
        channel.write(ByteBuffer.wrap(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII)));
        channels.add(channel);
    }

    void abandon(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            channels.removeFirst().close();
        }
    }

    /** How many were answered with 200 before none came any more. */
    int awaitAnswers(Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        int answered = 0;
        try (Selector selector = Selector.open()) {
            for (SocketChannel channel : channels) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
            }
            while (answered < channels.size() && deadline - System.nanoTime() > 0) {
                selector.select(100);
                for (SelectionKey key : selector.selectedKeys()) {
                    ByteBuffer buffer = ByteBuffer.allocate(4096);
                    int read = ((SocketChannel) key.channel()).read(buffer);
                    if (read > 0 && new String(buffer.array(), 0, read, US_ASCII).startsWith("HTTP/1.1 200 ")) {
                        answered++;
                    }
                    key.cancel();
                }
                selector.selectedKeys().clear();
            }
        }
        return answered;
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }
}
