package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Reply;
import dev.incumbent.embedded.members.Causes;
import dev.incumbent.embedded.members.Rereads;
import dev.incumbent.embedded.members.Timers;
import dev.incumbent.embedded.raft.RaftException;
import dev.incumbent.embedded.raft.RaftNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One member's way to its replicated state, with Consul's patience: while there is no leader a request is held for a while, and
 * then told so. Any thread.
 */
final class Backend {

    private static final long RETRY_MILLIS = 20;

    private final RaftNode<ConsulMachine, Command, Reply> node;
    private final ServerSettings settings;
    private final ScheduledExecutorService timer;
    private final Rereads rereads;
    private volatile long contactNanos = System.nanoTime();

    Backend(RaftNode<ConsulMachine, Command, Reply> node, ServerSettings settings, ScheduledExecutorService timer) {
        this.node = node;
        this.settings = settings;
        this.timer = timer;
        this.rereads = new Rereads(node, timer, settings.hold(), settings.electionTimeout());
    }

    ServerSettings settings() {
        return settings;
    }

    int number() {
        return node.number();
    }

    RaftNode.Status status() {
        return node.status();
    }

    /** How long ago the leader was heard of, in milliseconds; 0 on the leader. */
    long lastContactMillis() {
        return node.status().leads() ? 0 : Math.max(0, (System.nanoTime() - contactNanos) / 1_000_000);
    }

    /** A few times in an election timeout, on the timer's thread. */
    void tick() {
        if (node.status().leader().isPresent()) {
            contactNanos = System.nanoTime();
        }
        rereads.tick();
    }

    /**
     * Reads what is as new as anything acknowledged before.
     *
     * @param read may be run more than once
     */
    <T> CompletableFuture<T> read(Function<? super ConsulMachine, ? extends T> read) {
        return rereads.read(() -> node.read(read), Failures::noLeader);
    }

    /** Asks for what may happen more than once, until it is answered or the time that a request is held is over. */
    <T> CompletableFuture<T> repeatedly(Supplier<? extends CompletableFuture<? extends T>> attempt) {
        return rereads.read(attempt, Failures::noLeader);
    }

    /** As {@link #read}, but asks once: fails at once if there is no leader. */
    <T> CompletableFuture<T> readAtOnce(Function<? super ConsulMachine, ? extends T> read) {
        return node.read(read);
    }

    /** Reads this member's own state, however old. */
    <T> CompletableFuture<T> readLocal(Function<? super ConsulMachine, ? extends T> read) {
        return node.readLocal(read);
    }

    /** Submits a command; fails with what the client is told if there is no leader, or if its outcome is not known. */
    CompletableFuture<Reply> submit(Command command) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        submit(command, reply, System.nanoTime() + settings.hold().toNanos());
        return reply;
    }

    private void submit(Command command, CompletableFuture<Reply> result, long deadline) {
        node.submit(command).whenComplete((reply, failure) -> {
            if (failure == null) {
                result.complete(reply);
            } else if (Causes.of(failure) instanceof RaftException.Unavailable
                    && node.status().up()
                    && System.nanoTime() - deadline < 0) {
                // It certainly took no effect, so that it may be tried again.
                Timers.after(timer, RETRY_MILLIS, () -> submit(command, result, deadline));
            } else {
                result.completeExceptionally(Failures.http(failure));
            }
        });
    }

    /** Submits what the leader decided, once: whether it was carried out is seen in the state. */
    CompletableFuture<Reply> submitAtOnce(Command command) {
        return node.submit(command);
    }

    /** A refusal by the leader, as a client of this member reads it: what came over the wire between servers says so. */
    String refusal(String text) {
        return node.status().leads() ? text : "rpc error making call: " + text;
    }
}
