package dev.incumbent.embedded.raft;

import java.util.Arrays;

/**
 * When a node last heard of others, by the instants at which messages reached it: what lay in a paused node's queue is old when
 * it is read. On the node's thread.
 */
final class Contacts {

    private final int self;
    private final int majority;
    private final long[] answered;
    private long leaderHeard;

    Contacts(int self, int size, int majority, long longAgo) {
        this.self = self;
        this.majority = majority;
        answered = new long[size];
        Arrays.fill(answered, longAgo);
        leaderHeard = longAgo;
    }

    void answered(int by, long at) {
        answered[by - 1] = Math.max(answered[by - 1], at);
    }

    void leaderHeard(long at) {
        leaderHeard = Math.max(leaderHeard, at);
    }

    long leaderHeard() {
        return leaderHeard;
    }

    /** Since when, at the latest, a majority has been silent. */
    long majorityAnswered(long now) {
        long[] instants = answered.clone();
        instants[self - 1] = now;
        Arrays.sort(instants);
        return instants[instants.length - majority];
    }
}
