package dev.incumbent.embedded.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * A snapshot, in a file of its own that appears in one step. Its name carries its index; every part has a checksum.
 *
 * @param index the log index up to which commands are contained
 * @param term the term of the entry there
 * @param parts the state, in order
 */
record SnapshotFile(long index, int term, List<byte[]> parts) {

    private static final String PREFIX = "snapshot-";
    private static final long MAGIC = 0x494e_4353_4e41_5031L;
    private static final int HEADER = 28;

    static Path path(Path directory, long index) {
        return directory.resolve(PREFIX + index);
    }

    /** Returns once it is durable, with its size. */
    long write(Path directory, Disk disk) throws IOException {
        List<ByteBuffer> contents = new ArrayList<>();
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putLong(MAGIC).putLong(index).putInt(term).putInt(parts.size());
        contents.add(header.putInt(checksum(0, header.slice(0, HEADER - 4))).flip());
        for (int i = 0; i < parts.size(); i++) {
            ByteBuffer part = ByteBuffer.wrap(parts.get(i));
            ByteBuffer head = ByteBuffer.allocate(8);
            contents.add(head.putInt(part.remaining())
                    .putInt(checksum(i + 1, part.duplicate()))
                    .flip());
            contents.add(part);
        }
        return disk.replace(path(directory, index), contents);
    }

    /**
     * Reads one.
     *
     * @throws RaftStoreException if anything in it is damaged
     */
    static SnapshotFile read(Path directory, long index) throws IOException {
        Path file = path(directory, index);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        if (bytes.remaining() < HEADER || bytes.getInt(HEADER - 4) != checksum(0, bytes.slice(0, HEADER - 4))) {
            throw new RaftStoreException(file + ": its header is damaged");
        }
        if (bytes.getLong() != MAGIC || bytes.getLong() != index) {
            throw new RaftStoreException(file + ": not the snapshot that its name says");
        }
        int term = bytes.getInt();
        int count = bytes.getInt();
        bytes.position(HEADER);
        List<byte[]> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int start = bytes.position();
            int length = bytes.remaining() < 8 ? -1 : bytes.getInt(start);
            if (length < 0 || length > bytes.remaining() - 8) {
                throw new RaftStoreException(file + ": cut short or damaged at byte " + start);
            }
            if (bytes.getInt(start + 4) != checksum(i + 1, bytes.slice(start + 8, length))) {
                throw new RaftStoreException(file + ": damaged in the part at byte " + start);
            }
            byte[] part = new byte[length];
            bytes.position(start + 8).get(part);
            parts.add(part);
        }
        return new SnapshotFile(index, term, parts);
    }

    /** The newest one there is. Files that were not finished have other names. */
    static OptionalLong newest(Path directory) throws IOException {
        return indices(directory).stream().mapToLong(Long::longValue).max();
    }

    /** Removes all that are older, and what was not finished. */
    static void removeOlder(Path directory, long index) throws IOException {
        for (long other : indices(directory)) {
            if (other < index) {
                Files.deleteIfExists(path(directory, other));
            }
        }
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, "*.tmp")) {
            for (Path file : unfinished) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static List<Long> indices(Path directory) throws IOException {
        List<Long> indices = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path file : files) {
                String suffix = file.getFileName().toString().substring(PREFIX.length());
                if (!suffix.isEmpty() && suffix.chars().allMatch(Character::isDigit)) {
                    indices.add(Long.parseLong(suffix));
                }
            }
        }
        return indices;
    }

    private static int checksum(int place, ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(place);
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
