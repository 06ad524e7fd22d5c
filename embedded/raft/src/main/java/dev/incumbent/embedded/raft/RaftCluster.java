package dev.incumbent.embedded.raft;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * A cluster of one, three or five nodes in this JVM.
 *
 * @param <M> the state machine
 * @param <C> a command
 * @param <R> a reply
 */
public interface RaftCluster<M extends StateMachine<C, R>, C, R> extends AutoCloseable {

    /** How many nodes there are; their numbers are 1 to this. */
    int size();

    /** The node with a number. */
    RaftNode<M, C, R> node(int number);

    /** The node that leads with a majority behind it, if there is one now. */
    OptionalInt leader();

    /** Waits until a node leads with a majority behind it and has applied an entry of its own term. */
    int awaitLeader(Duration patience);

    /** Stops a node at once, as {@code kill -9} would: nothing is flushed, nobody is told. */
    void kill(int number);

    /** Starts a killed node from its directory. */
    void restart(int number);

    /** Freezes a node, as SIGSTOP would: messages to it queue up, nothing comes from it. */
    void pause(int number);

    /** Lets a frozen node go on. */
    void resume(int number);

    /** Drops everything that is sent from one node to another, until healed. */
    void cut(int from, int to);

    /** Cuts a node off from all others, both ways. */
    void isolate(int number);

    /** Delays everything that is sent from one node to another; zero ends it. */
    void slow(int from, int to, Duration delay);

    /** Ends all cuts and delays. */
    void heal();

    /** Stops all nodes and releases threads and files; directories that the cluster made itself are removed. Idempotent. */
    @Override
    void close();
}
