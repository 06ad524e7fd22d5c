package dev.incumbent.embedded.raft;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * A cluster of one, three or five nodes in this JVM, and the faults that can be brought upon it. Made by {@link RaftClusters}.
 *
 * <p><b>Guarantees.</b> A command whose reply was given is durable on a majority, and every later linearizable read sees it,
 * whatever nodes are killed and links are cut. A node whose disk or state machine fails stops itself.
 *
 * <p><b>Does not guarantee</b> anything about commands that failed with {@link RaftException.Indeterminate}, nor that a majority of
 * nodes whose logs lost their last write to a damaged disk still has everything: see {@link RaftStoreException} for what damage
 * is noticed.
 *
 * <p>Thread-safe. {@link #kill}, {@link #restart}, {@link #pause}, {@link #resume} and {@link #close} wait for a node's thread
 * and are not for calls from listeners and replies. Faults of links and of nodes are independent: a killed node's links stay cut,
 * and {@link #heal} revives nobody. Node numbers outside 1 to {@link #size} are refused with
 * {@link IllegalArgumentException}.
 *
 * @param <M> the state machine
 * @param <C> a command
 * @param <R> a reply
 */
public interface RaftCluster<M extends StateMachine<C, R>, C, R> extends AutoCloseable {

    /**
     * How many nodes there are; their numbers are 1 to this.
     *
     * @return 1, 3 or 5
     */
    int size();

    /**
     * The node with a number.
     *
     * @param number 1, 2, ...
     * @return the node; always the same, also after restarts
     */
    RaftNode<M, C, R> node(int number);

    /**
     * The node that leads with a majority behind it, if there is one now; that of the latest term, where a deposed leader has not
     * noticed yet.
     *
     * @return its number
     */
    OptionalInt leader();

    /**
     * Waits until a node leads with a majority behind it and has applied an entry of its own term.
     *
     * @param patience how long
     * @return its number
     * @throws RaftException.Unavailable if none does in time, or the thread is interrupted
     */
    int awaitLeader(Duration patience);

    /**
     * Stops a node at once, as {@code kill -9} would: nothing is flushed, nobody is told. No effect on a node that is down.
     *
     * @param number the node
     */
    void kill(int number);

    /**
     * Starts a node that is down from its directory.
     *
     * @param number the node
     * @throws IllegalStateException if it runs
     * @throws RaftStoreException if its directory cannot be used
     */
    void restart(int number);

    /**
     * Freezes a node, as SIGSTOP would: messages to it queue up, nothing comes from it. Returns when its thread stands still.
     *
     * @param number the node
     * @throws IllegalStateException if it is down
     */
    void pause(int number);

    /**
     * Lets a frozen node go on.
     *
     * @param number the node
     * @throws IllegalStateException if it is down
     */
    void resume(int number);

    /**
     * Drops everything that is sent from one node to another, and what is under way, until healed.
     *
     * @param from the sender
     * @param to the receiver
     */
    void cut(int from, int to);

    /**
     * Cuts a node off from all others, both ways.
     *
     * @param number the node
     */
    void isolate(int number);

    /**
     * Delays everything that is sent from one node to another from now on. The order stays.
     *
     * @param from the sender
     * @param to the receiver
     * @param delay how long; zero ends it
     */
    void slow(int from, int to, Duration delay);

    /** Ends all cuts and delays; what is under way arrives now. */
    void heal();

    /** Stops all nodes and releases threads and files; directories that the cluster made itself are removed. Idempotent. */
    @Override
    void close();
}
