package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Stamp;
import org.jspecify.annotations.Nullable;

/**
 * What a row of heartbeats proves of a session's life.
 *
 * <p>A request does not prolong a session: the server that holds the connection notes that it heard the client, and the
 * ZooKeeper leader, which alone expires sessions, learns of it in the next answer to one of its pings. With the server cut
 * off from its leader, a client may be answered for seconds after the leader has given it up. So one beat is two
 * multis <em>a</em> and <em>b</em> that only check, go through the quorum and change nothing: <em>b</em> is sent after the
 * reply to <em>a</em>, and <em>a</em> at least {@code spacing}, more than the leader's longest pause between two rounds of
 * pings, after the reply to the beat before. When <em>b</em> is confirmed, a ping that the leader sent between the two
 * beats has been answered, and with it the beat before has been reported. Counting from the <em>first</em> multi of that
 * beat survives a touch that the server loses while it takes its snapshot of them.
 *
 * <p>A reconnect touches the session at a leader that may have been deposed without knowing, so it counts only once a
 * multi on that connection was confirmed. The chain goes on over it.
 *
 * <p>The rule is model-checked ({@code docs/model/ZkChain.tla}), and so are its assumptions: the ping loop is not late by
 * half a tick, clients do not hang on observers that are fed by followers, local sessions are switched off.
 *
 * <p>One beat is under way at a time; what is proven may be read by any thread.
 */
final class RenewalChain {

    private record Beat(Stamp firstSent, long repliedNanos) {}

    private final long spacingNanos;
    private volatile @Nullable Stamp proven;
    private @Nullable Beat last;

    /**
     * Makes a chain.
     *
     * @param spacingNanos least time between a beat's reply and the next beat that is to prove it
     * @param proven what the opening of the session proves, null if nothing
     */
    RenewalChain(long spacingNanos, @Nullable Stamp proven) {
        this.spacingNanos = spacingNanos;
        this.proven = proven;
    }

    /**
     * Both multis of a beat were confirmed.
     *
     * @param firstSent before the first was sent
     * @param repliedNanos when the reply to the second was seen
     * @param connected before the connection was made over which the second went, null if unknown
     */
    void confirmed(Stamp firstSent, long repliedNanos, @Nullable Stamp connected) {
        Beat before = last;
        if (before == null) {
            last = new Beat(firstSent, repliedNanos);
        } else if (firstSent.nanos() - before.repliedNanos() >= spacingNanos) {
            prove(before.firstSent());
            last = new Beat(firstSent, repliedNanos);
        }
        // A beat that came too soon proves nothing of the one before and does not take its place either.
        if (connected != null) {
            prove(connected);
        }
    }

    private void prove(Stamp stamp) {
        Stamp before = proven;
        if (before == null || stamp.nanosSince(before) > 0) {
            proven = stamp;
        }
    }

    /** The instant from which the leader counts at the earliest; null while nothing is proved. */
    @Nullable
    Stamp proven() {
        return proven;
    }
}
