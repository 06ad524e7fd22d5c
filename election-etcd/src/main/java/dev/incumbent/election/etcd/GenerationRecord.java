package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.Generation;
import io.etcd.jetcd.api.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The generation as it is kept in its key: two lines, {@code authority=<uuid>} and {@code generation=<number>}.
 *
 * @param generation what it says
 * @param text the value as it stands, compared when an entry is made
 * @param modRevision the revision that wrote it
 */
record GenerationRecord(Generation generation, ByteString text, long modRevision) {

    private static final Pattern TEXT = Pattern.compile("authority=([0-9a-fA-F-]{36})\\s+generation=([0-9]{1,19})\\s*");

    static ByteString format(Generation generation) {
        String text = "authority=" + generation.authority() + "\ngeneration=" + generation.number() + "\n";
        return ByteString.copyFrom(text, StandardCharsets.UTF_8);
    }

    /** Reads a key's value; empty if it does not hold such a record. */
    static Optional<GenerationRecord> of(KeyValue stored) {
        Matcher text = TEXT.matcher(stored.getValue().toStringUtf8());
        if (!text.matches()) {
            return Optional.empty();
        }
        try {
            Generation generation = new Generation(UUID.fromString(text.group(1)), Long.parseLong(text.group(2)));
            return Optional.of(new GenerationRecord(generation, stored.getValue(), stored.getModRevision()));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
