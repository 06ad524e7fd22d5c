package dev.incumbent.embedded.consul.internal.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How commands and snapshots are written down, field by field, and read back. */
final class Bytes {

    private Bytes() {}

    /** Writes a part. */
    interface Writer {
        void write(DataOutput to) throws IOException;
    }

    /** Reads a part. */
    interface Reader<T> {
        T read(DataInput from) throws IOException;
    }

    static byte[] write(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writer.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("Memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /** Reads all of it. Throws IllegalArgumentException if it is something else. */
    static <T> T read(byte[] bytes, Reader<T> reader) {
        ByteArrayInputStream from = new ByteArrayInputStream(bytes);
        try {
            T value = reader.read(new DataInputStream(from));
            if (from.available() > 0) {
                throw new IllegalArgumentException(from.available() + " bytes too many");
            }
            return value;
        } catch (IOException e) {
            throw new IllegalArgumentException("Something is missing", e);
        }
    }

    /** A string of bytes. */
    static void string(DataOutput to, String bytes) throws IOException {
        to.writeInt(bytes.length());
        to.write(bytes.getBytes(ISO_8859_1));
    }

    static String string(DataInput from) throws IOException {
        byte[] bytes = new byte[from.readInt()];
        from.readFully(bytes);
        return new String(bytes, ISO_8859_1);
    }

    static void strings(DataOutput to, List<String> list) throws IOException {
        to.writeInt(list.size());
        for (String each : list) {
            string(to, each);
        }
    }

    static List<String> strings(DataInput from) throws IOException {
        int size = from.readInt();
        List<String> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(string(from));
        }
        return list;
    }

    static void session(DataOutput to, Session session) throws IOException {
        string(to, session.id());
        string(to, session.name());
        string(to, session.node());
        to.writeLong(session.lockDelayNanos());
        to.writeBoolean(session.deletes());
        string(to, session.ttl());
        to.writeLong(session.ttlNanos());
        optional(to, session.nodeChecks());
        optional(to, session.serviceChecks());
        to.writeLong(session.createIndex());
    }

    static Session session(DataInput from) throws IOException {
        return new Session(
                string(from),
                string(from),
                string(from),
                from.readLong(),
                from.readBoolean(),
                string(from),
                from.readLong(),
                optional(from),
                optional(from),
                from.readLong());
    }

    private static void optional(DataOutput to, @Nullable List<String> list) throws IOException {
        to.writeBoolean(list != null);
        if (list != null) {
            strings(to, list);
        }
    }

    private static @Nullable List<String> optional(DataInput from) throws IOException {
        return from.readBoolean() ? strings(from) : null;
    }

    static void node(DataOutput to, Node node) throws IOException {
        string(to, node.name());
        string(to, node.id());
        to.writeInt(node.port());
        to.writeBoolean(node.passing());
        to.writeLong(node.createIndex());
        to.writeLong(node.modifyIndex());
        to.writeLong(node.checkIndex());
    }

    static Node node(DataInput from) throws IOException {
        return new Node(
                string(from),
                string(from),
                from.readInt(),
                from.readBoolean(),
                from.readLong(),
                from.readLong(),
                from.readLong());
    }

    static void entry(DataOutput to, Entry entry) throws IOException {
        string(to, entry.key());
        string(to, entry.value());
        to.writeLong(entry.flags());
        string(to, entry.session());
        to.writeLong(entry.lockIndex());
        to.writeLong(entry.createIndex());
        to.writeLong(entry.modifyIndex());
    }

    static Entry entry(DataInput from) throws IOException {
        return new Entry(
                string(from),
                string(from),
                from.readLong(),
                string(from),
                from.readLong(),
                from.readLong(),
                from.readLong());
    }

    static void op(DataOutput to, KvOp op) throws IOException {
        string(to, op.verb());
        string(to, op.key());
        string(to, op.value());
        to.writeLong(op.flags());
        string(to, op.session());
        to.writeLong(op.index());
    }

    static KvOp op(DataInput from) throws IOException {
        return new KvOp(string(from), string(from), string(from), from.readLong(), string(from), from.readLong());
    }
}
