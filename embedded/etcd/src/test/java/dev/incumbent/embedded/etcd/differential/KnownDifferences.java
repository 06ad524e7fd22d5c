package dev.incumbent.embedded.etcd.differential;

import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
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

    /** Takes out of a reply what is known to differ; told the revisions that the sequence has compacted. */
    interface Forget {
        String from(String reply, Set<Long> compacted);
    }

    private final List<Known> known;
    private final Map<String, Long> met = new TreeMap<>();
    private final Set<Long> compacted = new HashSet<>();

    KnownDifferences(Known... known) {
        this.known = List.of(known);
    }

    /** Nothing may differ. */
    static KnownDifferences none() {
        return new KnownDifferences();
    }

    /** Between etcd 3.4.23 and 3.5.16. */
    static KnownDifferences ofReleases() {
        return new KnownDifferences(PROGRESS, DELETION_AT_COMPACTION);
    }

    /** Between the embedded server and a release of etcd. */
    static KnownDifferences ofEmbedded(String series) {
        return series.equals("3.4")
                ? new KnownDifferences(AFTER_COMPACTION, PROGRESS, DELETION_AT_COMPACTION)
                : new KnownDifferences(AFTER_COMPACTION, PROGRESS);
    }

    /**
     * etcd 3.4 answers a progress request whatever state the stream's watches are in, 3.5 only when all of them are up to
     * date, and takes one that it has cancelled for one that lags; the embedded server, too, wants them up to date, but a
     * cancelled one is none.
     */
    private static final Known PROGRESS = new Known(
            "progress while watches lag",
            (reply, compacted) ->
                    lines(reply, line -> !line.startsWith("watch -1: ") || line.contains("canceled: true")));

    /** etcd answers the cancellation of a watch that it has itself cancelled for a compaction; the embedded server forgot it. */
    private static final Known AFTER_COMPACTION =
            new Known("second cancellation of a compacted watch", (reply, compacted) -> {
                Set<String> over = new HashSet<>();
                return lines(reply, line -> {
                    String watch = line.substring(0, Math.max(0, line.indexOf(':')));
                    boolean first = !over.contains(watch);
                    if (line.contains("compact_revision")) {
                        over.add(watch);
                    }
                    return first;
                });
            });

    /** 3.4 forgets a deletion that was made at the very revision of a compaction; watches from there on miss it. */
    private static final Known DELETION_AT_COMPACTION = new Known(
            "deletion at the compacted revision",
            (reply, compacted) -> lines(
                    reply,
                    line -> !line.contains("type: DELETE")
                            || compacted.stream()
                                    .noneMatch(revision -> line.contains("mod_revision: " + revision + " "))));

    private static String lines(String reply, Predicate<String> wanted) {
        return reply.lines().filter(wanted).map(line -> line + "\n").collect(Collectors.joining());
    }

    /** Whether the replies are the same but for what is listed. */
    boolean same(Command command, String left, String right) {
        if (command instanceof Command.Unary unary && unary.request() instanceof CompactionRequest request) {
            compacted.add(request.getRevision());
        }
        String oneLeft = left;
        String oneRight = right;
        for (Known difference : known) {
            if (oneLeft.equals(oneRight)) {
                return true;
            }
            String nextLeft = difference.forget().from(oneLeft, compacted);
            String nextRight = difference.forget().from(oneRight, compacted);
            if (!nextLeft.equals(oneLeft) || !nextRight.equals(oneRight)) {
                met.merge(difference.name(), 1L, Long::sum);
            }
            oneLeft = nextLeft;
            oneRight = nextRight;
        }
        return oneLeft.equals(oneRight);
    }

    /** A new sequence begins. */
    void begin() {
        compacted.clear();
    }

    Map<String, Long> met() {
        return met;
    }
}
