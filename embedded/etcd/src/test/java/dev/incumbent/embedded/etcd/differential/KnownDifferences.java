package dev.incumbent.embedded.etcd.differential;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Replies that are known to differ, with the reason; {@code docs/etcd-compatibility.md} lists the same. Only replies after
 * which both servers hold the same data can be listed. How often each was met is counted.
 */
final class KnownDifferences {

    /**
     * One of them.
     *
     * @param name what the page calls it
     * @param forget makes both replies the same if this, and nothing more, is what they differ in
     */
    record Known(String name, Forget forget) {}

    /** Takes out of a reply what is known to differ. */
    interface Forget {
        String from(Command command, String reply);
    }

    private final List<Known> known;
    private final Map<String, Long> met = new TreeMap<>();

    KnownDifferences(Known... known) {
        this.known = List.of(known);
    }

    /** Nothing may differ. */
    static KnownDifferences none() {
        return new KnownDifferences();
    }

    /** Between etcd 3.4.23 and 3.5.16. */
    static KnownDifferences ofReleases() {
        return new KnownDifferences(new Known(
                "3.4 answers a progress request whatever state the stream's watches are in",
                KnownDifferences::withoutProgress));
    }

    private static String withoutProgress(Command command, String reply) {
        return reply.lines()
                .filter(line -> !line.startsWith("watch -1: ") || line.contains("canceled"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    /** Whether the replies are the same but for what is listed. */
    boolean same(Command command, String left, String right) {
        String oneLeft = left;
        String oneRight = right;
        for (Known difference : known) {
            if (oneLeft.equals(oneRight)) {
                return true;
            }
            String nextLeft = difference.forget().from(command, oneLeft);
            String nextRight = difference.forget().from(command, oneRight);
            if (!nextLeft.equals(oneLeft) || !nextRight.equals(oneRight)) {
                met.merge(difference.name(), 1L, Long::sum);
            }
            oneLeft = nextLeft;
            oneRight = nextRight;
        }
        return oneLeft.equals(oneRight);
    }

    Map<String, Long> met() {
        return met;
    }
}
