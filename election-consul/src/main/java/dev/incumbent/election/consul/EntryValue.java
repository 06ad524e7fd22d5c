package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.CandidateId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an entry's value says: the candidate's id and the time to live that its holder counts with, one line each, then the
 * payload.
 *
 * @param candidate who stands
 * @param holderTtl how long after a renewal it may believe in itself
 * @param payload what it publishes
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record EntryValue(CandidateId candidate, Duration holderTtl, byte[] payload) {

    private static final String TTL = "ttl-ms=";

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(
                (candidate.value() + "\n" + TTL + holderTtl.toMillis() + "\n").getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(payload);
        return bytes.toByteArray();
    }

    /** Reads a key's value; empty if somebody else wrote it. */
    static Optional<EntryValue> of(GetValue stored) {
        byte[] bytes = bytes(stored.getValue());
        int name = lineEnd(bytes, 0);
        int ttl = lineEnd(bytes, name + 1);
        if (ttl >= bytes.length) {
            return Optional.empty();
        }
        String line = new String(bytes, name + 1, ttl - name - 1, StandardCharsets.UTF_8);
        if (!line.matches(TTL + "[0-9]{1,12}")) {
            return Optional.empty();
        }
        byte[] payload = new byte[bytes.length - ttl - 1];
        System.arraycopy(bytes, ttl + 1, payload, 0, payload.length);
        try {
            CandidateId candidate = new CandidateId(new String(bytes, 0, name, StandardCharsets.UTF_8));
            Duration holderTtl = Duration.ofMillis(Long.parseLong(line.substring(TTL.length())));
            return Optional.of(new EntryValue(candidate, holderTtl, payload));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    static byte[] bytes(@Nullable String base64) {
        return base64 == null ? new byte[0] : Base64.getDecoder().decode(base64);
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return at;
    }
}
