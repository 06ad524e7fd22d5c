package dev.incumbent.embedded.consul.internal.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes the items of a snapshot into parts and reads them back.
 *
 * <p>A part is a header of 20 bytes, then items. The header: {@code "ICON"}, the version of the format, the part's number from 0
 * on, the number of parts, a checksum (CRC-32C) of the rest; each four bytes, big-endian. Whatever does not fit is refused as a
 * whole: a server with half a state would be worse than none.
 */
final class Snapshots {

    private static final int MAGIC = 0x49434f4e;
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 20;
    private static final int PART_BYTES = 128 << 10;

    private Snapshots() {}

    /** Takes an item. */
    interface Consumer {
        void take(int kind, DataInput from) throws IOException;
    }

    /** Collects items into parts. An item larger than a part has one of its own. */
    static final class Writer {
        private final List<byte[]> bodies = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        void add(int kind, Bytes.Writer item) {
            byte[] bytes = Bytes.write(to -> {
                to.writeByte(kind);
                item.write(to);
            });
            if (body.size() > 0 && body.size() + bytes.length > PART_BYTES) {
                finishPart();
            }
            body.writeBytes(bytes);
        }

        private void finishPart() {
            bodies.add(body.toByteArray());
            body.reset();
        }

        List<byte[]> parts() {
            finishPart();
            List<byte[]> parts = new ArrayList<>(bodies.size());
            for (byte[] each : bodies) {
                parts.add(ByteBuffer.allocate(HEADER_BYTES + each.length)
                        .putInt(MAGIC)
                        .putInt(FORMAT)
                        .putInt(parts.size())
                        .putInt(bodies.size())
                        .putInt(checksum(each, 0))
                        .put(each)
                        .array());
            }
            return parts;
        }
    }

    /** Passes the items on in order. Throws IllegalArgumentException for parts that this class did not write. */
    static void read(List<byte[]> parts, Consumer consumer) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("A snapshot has at least one part");
        }
        for (int i = 0; i < parts.size(); i++) {
            byte[] part = parts.get(i);
            checkHeader(part, i, parts.size());
            ByteArrayInputStream bytes = new ByteArrayInputStream(part, HEADER_BYTES, part.length - HEADER_BYTES);
            DataInputStream items = new DataInputStream(bytes);
            try {
                while (bytes.available() > 0) {
                    consumer.take(items.readByte(), items);
                }
            } catch (IOException e) {
                throw new IllegalArgumentException("Part " + i + " of the snapshot holds something that is no item", e);
            }
        }
    }

    private static void checkHeader(byte[] part, int number, int count) {
        if (part.length < HEADER_BYTES || ByteBuffer.wrap(part).getInt() != MAGIC) {
            throw new IllegalArgumentException("Part " + number + " is not a part of a snapshot of this server");
        }
        ByteBuffer header = ByteBuffer.wrap(part, Integer.BYTES, HEADER_BYTES - Integer.BYTES);
        int format = header.getInt();
        if (format != FORMAT) {
            throw new IllegalArgumentException(
                    "The snapshot has format " + format + ", but only " + FORMAT + " is known");
        }
        if (header.getInt() != number || header.getInt() != count) {
            throw new IllegalArgumentException("Parts of the snapshot are missing or out of order, see part " + number);
        }
        if (header.getInt() != checksum(part, HEADER_BYTES)) {
            throw new IllegalArgumentException("Part " + number + " of the snapshot is damaged");
        }
    }

    private static int checksum(byte[] bytes, int offset) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, offset, bytes.length - offset);
        return (int) checksum.getValue();
    }
}
