package dev.incumbent.testkit.store;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.spi.Entry;
import java.time.Duration;
import java.util.UUID;

/**
 * An entry as the store holds it.
 *
 * @param entry the part that clients know
 * @param attempt the identity it was made under
 * @param candidate the candidate's name
 * @param payload what is published beside it
 * @param holderTtl the time to live of the session that made it
 * @param orphaned whether that session is gone
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record StoredEntry(
        Entry entry, UUID attempt, CandidateId candidate, byte[] payload, Duration holderTtl, boolean orphaned) {

    /**
     * Names the entry to those behind it; never used for two entries, although a key can be.
     *
     * @return the name
     */
    public String name() {
        return entry.key() + "@" + entry.epoch();
    }

    CandidateInfo info() {
        return new CandidateInfo(candidate, entry.token(), payload);
    }

    StoredEntry withPayload(byte[] bytes) {
        return new StoredEntry(entry, attempt, candidate, bytes.clone(), holderTtl, orphaned);
    }

    StoredEntry orphan() {
        return new StoredEntry(entry, attempt, candidate, payload, holderTtl, true);
    }
}
