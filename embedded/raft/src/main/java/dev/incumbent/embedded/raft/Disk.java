package dev.incumbent.embedded.raft;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Files that are there whole or not at all. */
final class Disk {

    private final boolean fsync;

    /** @param fsync whether to wait for the device; without it, what was written survives the process, not the machine */
    Disk(boolean fsync) {
        this.fsync = fsync;
    }

    void force(FileChannel channel) throws IOException {
        if (fsync) {
            channel.force(false);
        }
    }

    static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Makes or replaces a file in one step that survives a crash. Returns its size. */
    long replace(Path file, List<ByteBuffer> contents) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        long size;
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (ByteBuffer part : contents) {
                write(channel, part);
            }
            size = channel.position();
            force(channel);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceParent(file);
        return size;
    }

    /** Makes the name of a file durable. */
    void forceParent(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        // Windows neither opens directories nor needs it.
        if (fsync && directory != null && File.separatorChar == '/') {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
