package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.Generation;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The generation as it is kept in its key: two lines, {@code authority=<uuid>} and {@code generation=<number>}.
 *
 * @param generation what it says
 * @param modifyIndex the index that wrote it, compared when an entry is made
 */
record GenerationRecord(Generation generation, long modifyIndex) {

    private static final Pattern TEXT = Pattern.compile("authority=([0-9a-fA-F-]{36})\\s+generation=([0-9]{1,19})\\s*");

    static byte[] format(Generation generation) {
        String text = "authority=" + generation.authority() + "\ngeneration=" + generation.number() + "\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a key's value; empty if it does not hold such a record. */
    static Optional<GenerationRecord> of(GetValue stored) {
        Matcher text = TEXT.matcher(new String(EntryValue.bytes(stored.getValue()), StandardCharsets.UTF_8));
        if (!text.matches()) {
            return Optional.empty();
        }
        try {
            Generation generation = new Generation(UUID.fromString(text.group(1)), Long.parseLong(text.group(2)));
            return Optional.of(new GenerationRecord(generation, stored.getModifyIndex()));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
