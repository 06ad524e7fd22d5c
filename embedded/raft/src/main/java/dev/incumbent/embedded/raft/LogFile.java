package dev.incumbent.embedded.raft;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of frames. A frame is what one flush makes durable: the next is not begun before the last was forced to the device.
 *
 * <p>Because of that, reading back tells two kinds of damage apart. Bad bytes with nothing intact behind them are what a crash
 * in the middle of a write leaves, and were never acknowledged: they are cut off. Bad bytes in front of an intact frame were
 * forced, and may have been acknowledged: the file is refused.
 *
 * <p><b>Detected:</b> any change to the header, to the first frame or to a frame that another follows. <b>Not told from a torn write, and cut off
 * with it:</b> damage to the last frame. <b>Not detected:</b> a file that was cut at the end of a frame, or replaced by an older
 * copy.
 *
 * <p>Layout, big-endian. Header: magic (8 bytes), salt (8), node, cluster size (4 each), base index (8), CRC32C of these (4).
 * Frame: length of the payload, CRC32C (4 each), number (8), payload. Checksums of frames start from the salt, which is random,
 * so that neither a value that holds a copy of a log nor blocks of an earlier file pass for frames. Numbers grow by one.
 */
final class LogFile implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
    private static final long MAGIC = 0x494e_4352_4146_5431L;
    private static final Random SALTS = new SecureRandom();
    private static final int HEADER = 36;
    private static final int FRAME_HEADER = 16;

    /**
     * What a file begins with.
     *
     * @param base the index of the snapshot that the file continues, 0 for none
     */
    record Header(long salt, int node, int size, long base) {
        static Header create(int node, int size, long base) {
            return new Header(SALTS.nextLong(), node, size, base);
        }
    }

    private final Disk disk;
    private final Header header;
    private final FileChannel channel;
    private long frames;

    private LogFile(Disk disk, Header header, FileChannel channel, long frames) {
        this.disk = disk;
        this.header = header;
        this.channel = channel;
        this.frames = frames;
    }

    /** Makes or replaces a file in one step. */
    static LogFile create(Path file, Disk disk, Header header, ByteBuffer firstPayload) throws IOException {
        disk.replace(file, List.of(encode(header), frame(header, 1, firstPayload), firstPayload));
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        channel.position(channel.size());
        return new LogFile(disk, header, channel, 1);
    }

    /**
     * Opens a file, cuts a torn write off its end and hands its payloads over in order.
     *
     * @throws RaftStoreException if it is damaged anywhere else
     */
    static LogFile open(Path file, Disk disk, List<ByteBuffer> payloads) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        Header header = decode(file, bytes);
        int position = HEADER;
        for (ByteBuffer payload = payloadAt(header, bytes, position, payloads.size() + 1L);
                payload != null;
                payload = payloadAt(header, bytes, position, payloads.size() + 1L)) {
            payloads.add(payload);
            position += FRAME_HEADER + payload.remaining();
        }
        long frames = payloads.size();
        if (frames == 0) {
            throw new RaftStoreException(file + ": damaged in its first frame, which was durable before it had a name");
        }
        refuseIfIntactBehind(file, header, bytes, position, frames);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        if (position < bytes.limit()) {
            LOG.warn("{}: cut {} bytes of an unfinished write off", file, bytes.limit() - position);
            channel.truncate(position);
            disk.force(channel);
        }
        channel.position(position);
        return new LogFile(disk, header, channel, frames);
    }

    private static void refuseIfIntactBehind(Path file, Header header, ByteBuffer bytes, int bad, long frames) {
        for (int at = bad + 1; at <= bytes.limit() - FRAME_HEADER; at++) {
            long number = bytes.getLong(at + 8);
            if (number > frames && number - frames <= bytes.limit() && payloadAt(header, bytes, at, number) != null) {
                throw new RaftStoreException(file + ": damaged at byte " + bad + " (frame " + (frames + 1)
                        + "), and frame " + number + " behind it is intact: acknowledged commands may be lost");
            }
        }
    }

    Header header() {
        return header;
    }

    long size() throws IOException {
        return channel.size();
    }

    /** Returns once the payload is durable. */
    void append(ByteBuffer payload) throws IOException {
        ByteBuffer head = frame(header, frames + 1, payload);
        ByteBuffer whole = ByteBuffer.allocate(head.remaining() + payload.remaining());
        whole.put(head).put(payload.duplicate()).flip();
        Disk.write(channel, whole);
        disk.force(channel);
        frames++;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static ByteBuffer frame(Header header, long number, ByteBuffer payload) {
        ByteBuffer head = ByteBuffer.allocate(FRAME_HEADER);
        head.putInt(payload.remaining())
                .putInt(checksum(header, number, payload))
                .putLong(number);
        return head.flip();
    }

    private static @Nullable ByteBuffer payloadAt(Header header, ByteBuffer bytes, int position, long number) {
        if (bytes.limit() - position < FRAME_HEADER) {
            return null;
        }
        int length = bytes.getInt(position);
        if (length < 0 || length > bytes.limit() - position - FRAME_HEADER || bytes.getLong(position + 8) != number) {
            return null;
        }
        ByteBuffer payload = bytes.slice(position + FRAME_HEADER, length);
        return checksum(header, number, payload) == bytes.getInt(position + 4) ? payload : null;
    }

    private static int checksum(Header header, long number, ByteBuffer payload) {
        ByteBuffer start = ByteBuffer.allocate(20);
        start.putLong(header.salt).putLong(number).putInt(payload.remaining()).flip();
        CRC32C crc = new CRC32C();
        crc.update(start);
        crc.update(payload.duplicate());
        return (int) crc.getValue();
    }

    private static ByteBuffer encode(Header header) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER);
        bytes.putLong(MAGIC)
                .putLong(header.salt)
                .putInt(header.node)
                .putInt(header.size)
                .putLong(header.base);
        return bytes.putInt(headerChecksum(bytes)).flip();
    }

    private static Header decode(Path file, ByteBuffer bytes) {
        if (bytes.limit() < HEADER || bytes.getLong(0) != MAGIC || bytes.getInt(HEADER - 4) != headerChecksum(bytes)) {
            throw new RaftStoreException(file + ": its header is damaged, or it is no log of ours");
        }
        return new Header(bytes.getLong(8), bytes.getInt(16), bytes.getInt(20), bytes.getLong(24));
    }

    private static int headerChecksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, HEADER - 4));
        return (int) crc.getValue();
    }
}
