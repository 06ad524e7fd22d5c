package dev.incumbent.election.etcd;

import com.google.protobuf.ByteString;
import dev.incumbent.election.spi.Segments;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where things are kept.
 *
 * <pre>
 * root/data/&lt;key&gt;                       what guarded writes wrote
 * root/elections/&lt;name&gt;/&lt;lease in hex&gt;   one key for each candidate, under its client's lease
 * root/generation                        authority and number
 * </pre>
 *
 * A name becomes one segment ({@link Segments}), so that no election's range contains another's. An election on a native path
 * has its keys right below that path.
 *
 * <p>Keys of etcd are bytes. Here they are strings of one character for each byte (ISO 8859-1), so that a key that somebody
 * else made, whatever it holds, can be named and found again.
 */
final class Layout {

    private final String root;
    private final Map<String, String> nativePaths;

    /**
     * Makes a layout.
     *
     * @param root as people write it, without a slash at its end
     * @param nativePaths the path of each election that lies elsewhere, without a slash at its end
     */
    Layout(String root, Map<String, String> nativePaths) {
        this.root = name(root);
        this.nativePaths = Map.copyOf(nativePaths);
    }

    /** Turns what people write into a key's name: one character for each byte of UTF-8. */
    static String name(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The bytes of a key. */
    static ByteString key(String name) {
        return ByteString.copyFrom(name, StandardCharsets.ISO_8859_1);
    }

    static String name(ByteString key) {
        return key.toString(StandardCharsets.ISO_8859_1);
    }

    String generation() {
        return root + "/generation";
    }

    /** Where all keys of all elections lie that have no native path. */
    String elections() {
        return root + "/elections/";
    }

    /**
     * The end of the range that begins at {@link #elections()} and holds all their keys and the generation, but not what
     * guarded writes wrote.
     */
    String endOfElectionsAndGeneration() {
        return generation() + '\0';
    }

    boolean isNative(String election) {
        return nativePaths.containsKey(election);
    }

    /** What all keys of an election begin with. */
    String prefix(String election) {
        String path = nativePaths.get(election);
        return path != null ? name(path) + "/" : elections() + Segments.encode(election) + "/";
    }

    String entry(String election, long lease) {
        return prefix(election) + Long.toHexString(lease);
    }

    String data(String key) {
        return root + "/data/" + name(key);
    }

    Iterable<String> nativeElections() {
        return nativePaths.keySet();
    }

    /** The first name behind all that begin with this one, which must end with a slash. */
    static String endOf(String prefix) {
        return prefix.substring(0, prefix.length() - 1) + (char) ('/' + 1);
    }

    /** The election that a key of one of our own entries belongs to. */
    Optional<String> electionOf(String entry) {
        int slash = entry.lastIndexOf('/');
        String parent = entry.substring(0, slash + 1);
        if (parent.startsWith(elections()) && parent.length() > elections().length()) {
            String segment = parent.substring(elections().length(), parent.length() - 1);
            return segment.contains("/") ? Optional.empty() : Optional.of(Segments.decode(segment));
        }
        return nativePaths.entrySet().stream()
                .filter(path -> parent.equals(name(path.getValue()) + "/"))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** What the last segment of a name says; a native recipe puts its lease there. */
    static String lastSegment(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** The path of a native election, null if it has none. */
    @Nullable
    String nativePath(String election) {
        return nativePaths.get(election);
    }
}
