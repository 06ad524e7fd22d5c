package dev.incumbent.embedded.zookeeper;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.server.Request;

/**
 * Cuts both byte streams of one client connection into frames: a length of four bytes, then the message.
 *
 * <p>A first word that can be no length (a four-letter command, a TLS hello) makes the rest of the connection opaque.
 * Confined to the proxy's thread.
 */
final class FrameReader {

    private static final int LONGEST_FRAME = 64 << 20;
    private static final int SESSION_ID_OFFSET = 4 + 4 + 8 + 4;

    /** One piece of a stream that is passed on whole. */
    record Chunk(ByteBuffer bytes, Frame frame) {}

    private final Map<Integer, String> asked = new HashMap<>();
    private final Stream requests = new Stream(Direction.TO_SERVER);
    private final Stream replies = new Stream(Direction.TO_CLIENT);
    private boolean opaque;
    private String greeting = "createSession";

    FrameReader(boolean opaque) {
        this.opaque = opaque;
    }

    List<Chunk> read(Direction direction, ByteBuffer bytes) {
        return (direction == Direction.TO_SERVER ? requests : replies).read(bytes);
    }

    private Frame request(ByteBuffer message, boolean first) {
        if (first) {
            boolean reconnect = message.limit() >= SESSION_ID_OFFSET + 8 && message.getLong(SESSION_ID_OFFSET) != 0;
            greeting = reconnect ? "reconnectSession" : "createSession";
            return new Frame(Direction.TO_SERVER, greeting, 0, 0, message.limit());
        }
        if (message.limit() < 12) {
            return unknown(Direction.TO_SERVER, message.limit());
        }
        int xid = message.getInt(4);
        String operation = Request.op2String(message.getInt(8));
        if (xid >= 0) {
            asked.put(xid, operation);
        }
        return new Frame(Direction.TO_SERVER, operation, xid, 0, message.limit());
    }

    private Frame reply(ByteBuffer message, boolean first) {
        if (first) {
            return new Frame(Direction.TO_CLIENT, greeting, 0, 0, message.limit());
        }
        if (message.limit() < 20) {
            return unknown(Direction.TO_CLIENT, message.limit());
        }
        int xid = message.getInt(4);
        String operation =
                switch (xid) {
                    case -1 -> Frame.NOTIFICATION;
                    case -2 -> Request.op2String(OpCode.ping);
                    case -4 -> Request.op2String(OpCode.auth);
                    case -8 -> Request.op2String(OpCode.setWatches);
                    default -> {
                        String name = asked.remove(xid);
                        yield name == null ? Frame.UNKNOWN : name;
                    }
                };
        return new Frame(Direction.TO_CLIENT, operation, xid, message.getInt(16), message.limit());
    }

    private static Frame unknown(Direction direction, int bytes) {
        return new Frame(direction, Frame.UNKNOWN, 0, 0, bytes);
    }

    private final class Stream {
        private final Direction direction;
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
        private boolean first = true;

        Stream(Direction direction) {
            this.direction = direction;
        }

        List<Chunk> read(ByteBuffer bytes) {
            byte[] fresh = new byte[bytes.remaining()];
            bytes.get(fresh);
            partial.writeBytes(fresh);
            ByteBuffer all = ByteBuffer.wrap(partial.toByteArray());
            List<Chunk> chunks = new ArrayList<>();
            while (!opaque && all.remaining() >= 4) {
                int length = all.getInt(all.position());
                if (length < 0 || length > LONGEST_FRAME) {
                    opaque = true;
                } else if (all.remaining() < 4 + length) {
                    break;
                } else {
                    chunks.add(next(all, 4 + length));
                }
            }
            if (opaque && all.hasRemaining()) {
                chunks.add(new Chunk(all.slice(), unknown(direction, all.remaining())));
                all.position(all.limit());
            }
            partial.reset();
            partial.write(all.array(), all.position(), all.remaining());
            return chunks;
        }

        private Chunk next(ByteBuffer all, int length) {
            ByteBuffer message = all.slice(all.position(), length);
            all.position(all.position() + length);
            Frame frame = direction == Direction.TO_SERVER ? request(message, first) : reply(message, first);
            first = false;
            return new Chunk(message, frame);
        }
    }
}
