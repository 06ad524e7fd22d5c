package dev.incumbent.election.etcd;

import io.etcd.jetcd.api.ResponseHeader;
import java.util.HashMap;
import java.util.Map;

/**
 * Compares who answers with who answered before: a cluster that was rebuilt, or restored from a backup, numbers its
 * revisions anew.
 *
 * <p>Three things cannot happen to a cluster that goes on: its id changes; a linearizable reply is below a revision that was seen
 * before its request was sent; and such a reply of one member is of an earlier Raft term than an earlier reply of the same member. etcd
 * reports the term of the last entry that a member applied, and a linearizable reply waits until it has applied one of the
 * leader's term. Between members nothing follows from terms: one that caught up from a snapshot reports an old one until
 * it applies its next entry. A restored cluster begins again with the first terms, but may have kept its ids. Touched on the loop only.
 */
final class Sightings {

    /** Told when the cluster turns out to be another one, or an older one, than before. */
    interface Witness {
        void rebuilt(String what);
    }

    /**
     * How much had been seen when a request was sent.
     *
     * @param revision the highest revision
     * @param replies how many replies there had been
     */
    record Mark(long revision, long replies) {}

    private record Term(long term, long seenAt) {}

    private final Map<Long, Term> terms = new HashMap<>();
    private Witness witness = what -> {};
    private long clusterId;
    private long revision;
    private long replies;

    void witness(Witness told) {
        witness = told;
    }

    /** To be taken before a request is sent. */
    Mark mark() {
        return new Mark(revision, replies);
    }

    /** Notes who answered. Yields whether it is the same cluster as before. */
    boolean recognises(ResponseHeader header) {
        long id = header.getClusterId();
        if (id == 0 || id == clusterId) {
            return true;
        }
        long before = clusterId;
        clusterId = id;
        if (before == 0) {
            return true;
        }
        rebuilt(0, "cluster " + Long.toHexString(before) + " became cluster " + Long.toHexString(id));
        return false;
    }

    /** Notes a linearizable reply to a request that was sent at the mark. */
    void linearizable(ResponseHeader header, Mark sent) {
        if (!recognises(header)) {
            return;
        }
        long now = header.getRevision();
        if (now < sent.revision && sent.revision <= revision) {
            rebuilt(now, "the revision fell from " + sent.revision + " to " + now);
            return;
        }
        Term before = terms.get(header.getMemberId());
        long term = header.getRaftTerm();
        if (before != null && term > 0 && term < before.term && before.seenAt <= sent.replies) {
            rebuilt(
                    now,
                    "the term of member " + Long.toHexString(header.getMemberId()) + " fell from " + before.term
                            + " to " + term);
            return;
        }
        revision = Math.max(revision, now);
        replies++;
        if (before == null || term > before.term) {
            terms.put(header.getMemberId(), new Term(term, replies));
        }
    }

    /** Something else shows that the cluster is another one, or an older one. */
    void rebuilt(String what) {
        rebuilt(revision, what);
    }

    private void rebuilt(long revisionNow, String what) {
        revision = revisionNow;
        terms.clear();
        witness.rebuilt(what);
    }
}
