package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Generation;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The generation as it is kept in its node: two lines, {@code authority=<uuid>} and {@code generation=<number>}.
 *
 * @param generation what it says
 * @param version the node's version, compared when an entry is made
 * @param mzxid the transaction that wrote it
 */
record GenerationRecord(Generation generation, int version, long mzxid) {

    private static final Pattern TEXT = Pattern.compile("authority=([0-9a-fA-F-]{36})\\s+generation=([0-9]{1,19})\\s*");

    static byte[] format(Generation generation) {
        String text = "authority=" + generation.authority() + "\ngeneration=" + generation.number() + "\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a node; empty if it does not hold such a record. */
    static Optional<GenerationRecord> of(Requests.Node node) {
        Matcher text = TEXT.matcher(new String(node.data(), StandardCharsets.UTF_8));
        if (!text.matches()) {
            return Optional.empty();
        }
        try {
            Generation generation = new Generation(UUID.fromString(text.group(1)), Long.parseLong(text.group(2)));
            return Optional.of(new GenerationRecord(
                    generation, node.stat().getVersion(), node.stat().getMzxid()));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
