package dev.incumbent.election.zookeeper;

import dev.incumbent.election.spi.Segments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Where things are kept.
 *
 * <pre>
 * root/generation                  authority and number, persistent, outside any container
 * root/elections/&lt;name&gt;/_c_...     one container for each election, one ephemeral node for each candidate
 * root/payloads/&lt;attempt&gt;          what a candidate publishes; never in its entry, whose change would eat a LeaderLatch's watch
 * root/data/&lt;key&gt;                  what guarded writes wrote
 * </pre>
 *
 * A name becomes one segment ({@link Segments}), so that no election's children contain another's.
 */
final class Layout {

    private final String root;
    private final Map<String, String> nativePaths;

    /**
     * Makes a layout.
     *
     * @param root an absolute path as the raw handle sees it, without a slash at its end
     * @param nativePaths the path of each election that lies elsewhere
     */
    Layout(String root, Map<String, String> nativePaths) {
        this.root = root;
        this.nativePaths = Map.copyOf(nativePaths);
    }

    String generation() {
        return root + "/generation";
    }

    String elections() {
        return root + "/elections";
    }

    String payloads() {
        return root + "/payloads";
    }

    String data() {
        return root + "/data";
    }

    /** The nodes that must be there before anything else, parents first. */
    List<String> fixed() {
        List<String> paths = new ArrayList<>(ancestors(generation()));
        paths.add(elections());
        paths.add(payloads());
        paths.add(data());
        return paths;
    }

    String parent(String election) {
        String path = nativePaths.get(election);
        return path != null ? path : elections() + "/" + Segments.encode(election);
    }

    /** The nodes that an election's entries need above them and that {@link #fixed()} does not contain, parents first. */
    List<String> containers(String election) {
        String parent = parent(election);
        if (!nativePaths.containsKey(election)) {
            return List.of(parent);
        }
        List<String> paths = new ArrayList<>(ancestors(parent));
        paths.add(parent);
        return paths;
    }

    String payload(UUID attempt) {
        return payloads() + "/" + attempt;
    }

    String data(String key) {
        return data() + "/" + Segments.encode(key);
    }

    Map<String, String> nativePaths() {
        return nativePaths;
    }

    /** The election whose entries lie below a path. */
    Optional<String> electionAt(String parent) {
        String prefix = elections() + "/";
        if (parent.startsWith(prefix)) {
            return Optional.of(Segments.decode(parent.substring(prefix.length())));
        }
        return nativePaths.entrySet().stream()
                .filter(entry -> entry.getValue().equals(parent))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    static String parentOf(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static List<String> ancestors(String path) {
        List<String> paths = new ArrayList<>();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            paths.add(path.substring(0, slash));
        }
        return paths;
    }
}
