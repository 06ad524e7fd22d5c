package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.internal.store.RequestChecks;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.members.Causes;
import dev.incumbent.embedded.members.Rereads;
import dev.incumbent.embedded.members.Timers;
import dev.incumbent.embedded.raft.RaftException;
import dev.incumbent.embedded.raft.RaftNode;
import io.grpc.Context;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One member's way to its replicated state, with etcd's patience: while there is no leader a request waits for one, up to the
 * request timeout. Any thread.
 */
final class Backend {

    private static final long RETRY_MILLIS = 20;

    private final RaftNode<EtcdMachine, Command, Reply> node;
    private final Identity identity;
    private final ServerSettings settings;
    private final ScheduledExecutorService timer;
    private final Rereads rereads;

    Backend(
            RaftNode<EtcdMachine, Command, Reply> node,
            Identity identity,
            ServerSettings settings,
            ScheduledExecutorService timer) {
        this.node = node;
        this.identity = identity;
        this.settings = settings;
        this.timer = timer;
        this.rereads = new Rereads(node, timer, settings.requestTimeout(), settings.electionTimeout());
    }

    Identity identity() {
        return identity;
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

    ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(identity.clusterId())
                .setMemberId(identity.memberId(node.number()))
                .setRaftTerm(node.status().term())
                .setRevision(revision)
                .build();
    }

    /**
     * Reads what is as new as anything acknowledged before; fails with the status for the client.
     *
     * @param read may be run more than once
     */
    <T> CompletableFuture<T> read(Function<? super EtcdMachine, ? extends T> read) {
        return rereads.read(() -> node.read(read), () -> Failures.refusal(EtcdError.TIMEOUT));
    }

    /**
     * Asks for what the leader itself has to answer, until it does, or until the request timeout: "no leader" then, where a read
     * says "request timed out", as with etcd. For what may happen more than once.
     */
    <T> CompletableFuture<T> repeatedly(Supplier<? extends CompletableFuture<? extends T>> attempt) {
        return rereads.read(
                attempt,
                () -> Failures.refusal(node.status().leader().isEmpty() ? EtcdError.NO_LEADER : EtcdError.TIMEOUT));
    }

    /** A few times in an election timeout, on the timer's thread. */
    void tick() {
        rereads.tick();
    }

    /** As {@link #read}, but asks once: fails at once if there is no leader. */
    <T> CompletableFuture<T> readAtOnce(Function<? super EtcdMachine, ? extends T> read) {
        return node.read(read);
    }

    /** Reads this member's own state, however old. */
    <T> CompletableFuture<T> readLocal(Function<? super EtcdMachine, ? extends T> read) {
        return node.readLocal(read);
    }

    /** As {@link #submit(Command, Context)}, for the call whose handler runs now. */
    CompletableFuture<Reply.Ok> submit(Command command) {
        return submit(command, Context.current());
    }

    /**
     * Submits a command; fails with the status for the client if it was refused, or if its outcome is not known.
     *
     * @param call for which: once its client has given it up, a command that took no effect is not tried again
     */
    CompletableFuture<Reply.Ok> submit(Command command, Context call) {
        Optional<EtcdError> tooLarge = RequestChecks.checkSize(command);
        if (tooLarge.isPresent()) {
            return CompletableFuture.failedFuture(Failures.refusal(tooLarge.get()));
        }
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        submit(
                command,
                call,
                reply,
                System.nanoTime() + settings.requestTimeout().toNanos());
        return reply.thenApply(Backend::accepted);
    }

    /** Submits what the leader decided, once: whether it was carried out is seen in the state. */
    CompletableFuture<Reply> submitAtOnce(Command command) {
        return node.submit(command);
    }

    /** Hands leadership over. */
    CompletableFuture<Void> transferLeadership(int number) {
        return node.transferLeadership(number);
    }

    static Reply.Ok accepted(Reply reply) {
        if (reply instanceof Reply.Refused refused) {
            throw Failures.refusal(refused.error());
        }
        return (Reply.Ok) reply;
    }

    /** The body of a reply whose type the request determines. */
    static <T extends Message> T body(Reply.Ok reply, Class<T> type) {
        return type.cast(reply.body());
    }

    private void submit(Command command, Context call, CompletableFuture<Reply> result, long deadline) {
        node.submit(command).whenComplete((reply, failure) -> {
            if (failure == null) {
                result.complete(reply);
            } else if (mayTryAgain(Causes.of(failure)) && System.nanoTime() - deadline < 0) {
                Timers.after(timer, RETRY_MILLIS, () -> submitAgain(command, call, result, deadline));
            } else {
                result.completeExceptionally(Causes.of(failure));
            }
        });
    }

    private void submitAgain(Command command, Context call, CompletableFuture<Reply> result, long deadline) {
        if (call.isCancelled()) {
            result.completeExceptionally(Status.CANCELLED.asRuntimeException());
        } else {
            submit(command, call, result, deadline);
        }
    }

    /** It certainly took no effect, and another moment may be a better one. */
    private boolean mayTryAgain(Throwable failure) {
        return failure instanceof RaftException.Unavailable
                && !(failure instanceof RaftException.Overloaded)
                && node.status().up();
    }
}
