package dev.incumbent.embedded.raft;

import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * One node of a cluster, as the server that is built on it sees it. The object outlives {@link RaftCluster#kill} and
 * {@link RaftCluster#restart}; requests to a node that is down fail with {@link RaftException.Unavailable}.
 *
 * <p>Methods return at once and may be called from any thread. Futures complete on the node's thread or the cluster's timer: what
 * depends on them must not block. Requests that have to reach the leader travel over the same links as everything else, so that
 * cut and slow links apply to them. Every request ends within the cluster's request timeout, also on a frozen node. None is sent
 * twice.
 *
 * @param <M> the state machine
 * @param <C> a command
 * @param <R> a reply
 */
public interface RaftNode<M extends StateMachine<C, R>, C, R> {

    /**
     * The node's number.
     *
     * @return 1, 2, ...
     */
    int number();

    /**
     * Proposes a command, through the leader, and waits until this node has applied it, too, so that a read of this node
     * afterwards sees it.
     *
     * <p>{@link RaftException.Unavailable} if the command has no effect for certain: no leader is known, the leader refused it, since
     * it is handing over, or a later leader's first entry was applied before it. {@link RaftException.Overloaded} of these if the
     * leader's log has 5,000 entries that are not committed.
     * {@link RaftException.Indeterminate} if no reply came, or the node is killed, or it catches up by a snapshot meanwhile.
     *
     * @param command the command; encoded during the call
     * @return the reply; fails with {@link RaftException}
     */
    CompletableFuture<R> submit(C command);

    /**
     * Reads what is at least as new as everything acknowledged before this call, anywhere: the leader confirms itself with a
     * round to a majority, then this node catches up to that point.
     *
     * @param read run on this node's thread, on this node's state; must not change it
     * @param <T> what is read
     * @return what was read; fails with {@link RaftException.Unavailable}
     */
    <T> CompletableFuture<T> read(Function<? super M, ? extends T> read);

    /**
     * Reads this node's state as it is, however old. Answers without a quorum.
     *
     * @param read run on this node's thread, on this node's state; must not change it
     * @param <T> what is read
     * @return what was read; fails with {@link RaftException.Unavailable}
     */
    <T> CompletableFuture<T> readLocal(Function<? super M, ? extends T> read);

    /**
     * Asks the leader to hand leadership over. Until it has, or has given up after an election timeout, it takes no commands.
     *
     * @param node to which node
     * @return done when that node leads; fails with {@link RaftException}
     */
    CompletableFuture<Void> transferLeadership(int node);

    /**
     * What this node knows now; a consistent snapshot. Judged at the time of the call: a leader that is frozen or cut off is not
     * said to lead once an election timeout has passed.
     *
     * @return the status
     */
    Status status();

    /**
     * Tells of changes of term and leader as this node learns of them, and of applied commands.
     *
     * @param listener called on this node's thread, in order; survives a restart
     */
    void addListener(Listener<M> listener);

    /**
     * What one node knows.
     *
     * @param up it runs
     * @param term its term
     * @param leader whom it takes for the leader; empty if it knows of none, or has not heard of it for an election timeout
     * @param leads it is the leader, and a majority has answered it within an election timeout
     * @param committed the log index up to which it knows entries to be committed
     * @param applied the log index up to which it has applied them; entries of new leaders count
     * @param logBytes what its log and snapshots take on disk
     */
    record Status(
            boolean up, long term, OptionalInt leader, boolean leads, long committed, long applied, long logBytes) {}

    /**
     * Told what a node learns. What it throws is logged. It must not block: the node stands still meanwhile.
     *
     * @param <M> the state machine
     */
    interface Listener<M> {

        /**
         * The term, the leader or this node's own part changed. The leader is told only after it has applied an entry of its
         * own term, so that its state has everything that was ever acknowledged.
         *
         * @param status what it knows now
         */
        default void changed(Status status) {}

        /**
         * A command was applied or a snapshot was restored; told after the state changed, before anything else happens to it.
         *
         * @param machine the state, to be read during the call only
         * @param index up to where
         */
        default void applied(M machine, long index) {}

        /** The node was killed or closed: the state that was read so far may be older than that of its next life. */
        default void stopped() {}
    }
}
