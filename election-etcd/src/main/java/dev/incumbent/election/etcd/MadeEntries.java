package dev.incumbent.election.etcd;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Generation;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What etcd does not say of the own entries of a session: who was entered, and under which generation. One key has one
 * entry at a time, and what is known of it is forgotten when that entry ends. Touched on the loop only.
 */
final class MadeEntries {

    /** The epoch of an entry that was asked for and has not been seen. */
    private static final long UNSEEN = 0;

    /**
     * What was last asked for under one key.
     *
     * @param candidate who
     * @param generation under which generation
     * @param epoch of which entry, {@link #UNSEEN} before it was seen
     */
    record Made(CandidateId candidate, Generation generation, long epoch) {}

    private final Map<String, Made> made = new HashMap<>();

    /** An entry is asked for now. */
    Made asked(String key, CandidateId candidate, Generation generation) {
        Made attempt = new Made(candidate, generation, UNSEEN);
        made.put(key, attempt);
        return attempt;
    }

    /** An entry was seen to stand. */
    void seen(String key, CandidateId candidate, Generation generation, long epoch) {
        made.put(key, new Made(candidate, generation, epoch));
    }

    /** An attempt was refused, or left nothing. */
    void leftNothing(String key, Made attempt) {
        made.remove(key, attempt);
    }

    /** An entry ended; one that was made later under its key is another. */
    void ended(String key, long epoch) {
        Made present = made.get(key);
        if (present != null && present.epoch == epoch) {
            made.remove(key);
        }
    }

    @Nullable
    Made of(String key) {
        return made.get(key);
    }

    int size() {
        return made.size();
    }
}
