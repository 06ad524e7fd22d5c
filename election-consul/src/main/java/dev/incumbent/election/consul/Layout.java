package dev.incumbent.election.consul;

import dev.incumbent.election.spi.Segments;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where things are kept.
 *
 * <pre>
 * root/data/&lt;key&gt;                                what guarded writes wrote
 * root/elections/&lt;name&gt;/&lt;session&gt;-&lt;attempt&gt;   one key for each entry, locked by its session
 * root/generation                                 authority and number
 * </pre>
 *
 * A name becomes one path segment ({@link Segments}). A key is named by session and attempt, both UUIDs of one length, so it is
 * never used for two entries and none begins with another: what is said of a key is said of that one entry for ever.
 *
 * @param root as people write it, without a slash at either end
 * @param sharedKeys the key that an election's leader holds besides, where it shares it with other recipes
 */
record Layout(String root, Map<String, String> sharedKeys) {

    String generation() {
        return root + "/generation";
    }

    /** Where the queues of all elections lie. */
    String elections() {
        return root + "/elections/";
    }

    /** What all entries of an election begin with. */
    String prefix(String election) {
        return elections() + Segments.encode(election) + "/";
    }

    String entry(String election, String session, UUID attempt) {
        return prefix(election) + session + "-" + attempt;
    }

    String data(String key) {
        return root + "/data/" + key;
    }

    /** A key that nobody makes: its absence tells how far the whole store has got. */
    String nothing() {
        return root + "/nothing";
    }

    /** What an election's leader holds besides its entry, null if nothing. */
    @Nullable
    String sharedKey(String election) {
        return sharedKeys.get(election);
    }
}
