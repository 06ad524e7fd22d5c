package dev.incumbent.embedded.raft;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The state machine of the tests: named registers. A reply is the value that was there before. */
final class Registers implements StateMachine<Registers.Command, String> {

    static final String NONE = "(none)";

    /** Sets a register; with an expectation, only if it holds that. */
    record Command(String name, String value, @Nullable String expected) {
        static Command put(String name, String value) {
            return new Command(name, value, null);
        }
    }

    static final CommandCodec<Command> CODEC = new CommandCodec<>() {
        @Override
        public byte[] encode(Command command) {
            return bytes(out -> {
                out.writeUTF(command.name());
                out.writeUTF(command.value());
                out.writeBoolean(command.expected() != null);
                out.writeUTF(command.expected() == null ? "" : command.expected());
            });
        }

        @Override
        public Command decode(byte[] bytes) {
            try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
                String name = in.readUTF();
                String value = in.readUTF();
                boolean conditional = in.readBoolean();
                String expected = in.readUTF();
                return new Command(name, value, conditional ? expected : null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final Map<String, String> values = new TreeMap<>();
    private long applied;

    String get(String name) {
        return values.getOrDefault(name, NONE);
    }

    Map<String, String> all() {
        return Map.copyOf(values);
    }

    @Override
    public String apply(long index, long term, Command command) {
        if (index <= applied) {
            throw new IllegalStateException("applied " + index + " after " + applied);
        }
        applied = index;
        String before = get(command.name());
        if (command.expected() == null || command.expected().equals(before)) {
            values.put(command.name(), command.value());
        }
        return before;
    }

    @Override
    public List<byte[]> snapshot() {
        List<byte[]> parts = new ArrayList<>();
        values.forEach((name, value) -> parts.add(bytes(out -> {
            out.writeUTF(name);
            out.writeUTF(value);
        })));
        return parts;
    }

    @Override
    public void restore(long index, List<byte[]> snapshot) {
        values.clear();
        applied = index;
        for (byte[] part : snapshot) {
            try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(part))) {
                values.put(in.readUTF(), in.readUTF());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private interface Writer {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writer.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
