package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.CodedInputStream;
import dev.incumbent.embedded.etcd.wire.snapshot.SnapshotItem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Writes the items of a snapshot into parts and reads them back.
 *
 * <p>A part is a header of 20 bytes, then items, each after its length. The header: {@code "IETC"}, the version of the format,
 * the part's number from 0 on, the number of parts, a checksum (CRC-32C) of the rest; each four bytes, big-endian. Whatever
 * does not fit is refused as a whole: a member with half a state would be worse than none.
 */
final class Snapshots {

    static final int MAGIC = 0x49455443;
    static final int FORMAT = 1;
    private static final int HEADER_BYTES = 20;
    private static final int PART_BYTES = 128 << 10;

    private Snapshots() {}

    /** Collects items into parts. An item larger than a part has one of its own. */
    static final class Writer {
        private final List<byte[]> bodies = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        void add(SnapshotItem item) {
            if (body.size() > 0 && body.size() + item.getSerializedSize() > PART_BYTES) {
                finishPart();
            }
            try {
                item.writeDelimitedTo(body);
            } catch (IOException e) {
                throw new UncheckedIOException("Memory does not fail", e);
            }
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
    static void read(List<byte[]> parts, Consumer<SnapshotItem> consumer) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("A snapshot has at least one part");
        }
        for (int i = 0; i < parts.size(); i++) {
            byte[] part = parts.get(i);
            checkHeader(part, i, parts.size());
            CodedInputStream items = CodedInputStream.newInstance(part, HEADER_BYTES, part.length - HEADER_BYTES);
            try {
                while (!items.isAtEnd()) {
                    int outer = items.pushLimit(items.readRawVarint32());
                    consumer.accept(SnapshotItem.parseFrom(items));
                    items.popLimit(outer);
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
        ByteBuffer header = ByteBuffer.wrap(part, 4, HEADER_BYTES - 4);
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

    /** Of all parts, one after the other. */
    static int checksum(List<byte[]> parts) {
        CRC32C checksum = new CRC32C();
        parts.forEach(checksum::update);
        return (int) checksum.getValue();
    }

    private static int checksum(byte[] bytes, int offset) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, offset, bytes.length - offset);
        return (int) checksum.getValue();
    }
}
