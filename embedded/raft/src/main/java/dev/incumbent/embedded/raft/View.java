package dev.incumbent.embedded.raft;

import dev.incumbent.embedded.raft.RaftNode.Status;
import java.util.OptionalInt;

/**
 * What a node's thread last wrote down for others to read. Whether it still holds is judged by the reader's clock, so that a
 * frozen or isolated leader does not go on claiming to lead.
 *
 * @param term the term
 * @param leader the leader of the term, 0 if unknown
 * @param ready it is this node, and it has applied an entry of its term
 * @param applied up to where commands are applied; MicroRaft applies what is committed in the same step
 * @param heard when the leader, or a majority of this leader's followers, was last heard of
 * @param bytes what log and snapshot take on disk
 */
record View(long term, int leader, boolean ready, long applied, long heard, long bytes) {

    Status status(int self, long now, long electionTimeoutNanos) {
        boolean fresh = now - heard < electionTimeoutNanos;
        OptionalInt known = leader != 0 && fresh ? OptionalInt.of(leader) : OptionalInt.empty();
        return new Status(true, term, known, leader == self && ready && fresh, applied, applied, bytes);
    }

    static Status down() {
        return new Status(false, 0, OptionalInt.empty(), false, 0, 0, 0);
    }
}
