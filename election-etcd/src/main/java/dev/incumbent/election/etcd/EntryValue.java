package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.CandidateId;
import io.etcd.jetcd.api.KeyValue;
import java.nio.charset.StandardCharsets;

/**
 * What an entry's value says.
 *
 * <p>In our own place it is the candidate's id and, behind a line feed, the payload if there is one: an id has no control
 * characters, and one key for each candidate keeps entering one write. On a native path it is what the native
 * recipe publishes there: the payload alone, or the id where there is no payload; so the id of a member with a payload is its payload's text.
 *
 * @param candidate who stands
 * @param payload what it publishes
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record EntryValue(CandidateId candidate, byte[] payload) {

    private static final byte END_OF_NAME = '\n';

    ByteString ours() {
        ByteString name = ByteString.copyFromUtf8(candidate.value());
        if (payload.length == 0) {
            return name;
        }
        return name.concat(ByteString.copyFrom(new byte[] {END_OF_NAME})).concat(ByteString.copyFrom(payload));
    }

    ByteString asNative() {
        return payload.length == 0 ? ByteString.copyFromUtf8(candidate.value()) : ByteString.copyFrom(payload);
    }

    static EntryValue ofOurs(KeyValue entry) {
        ByteString value = entry.getValue();
        int end = 0;
        while (end < value.size() && value.byteAt(end) != END_OF_NAME) {
            end++;
        }
        CandidateId id = id(value.substring(0, end).toString(StandardCharsets.UTF_8), entry);
        return new EntryValue(
                id, value.substring(Math.min(end + 1, value.size())).toByteArray());
    }

    static EntryValue ofNative(KeyValue entry) {
        return new EntryValue(
                id(entry.getValue().toStringUtf8(), entry), entry.getValue().toByteArray());
    }

    /** A foreign member may publish no name, or one that is none; then its lease has to do, as the key names it. */
    private static CandidateId id(String name, KeyValue entry) {
        try {
            return new CandidateId(name);
        } catch (IllegalArgumentException unnamed) {
            String lease = Layout.lastSegment(Layout.name(entry.getKey()));
            return new CandidateId(lease.matches("[0-9a-f]{1,16}") ? lease : "unnamed");
        }
    }
}
