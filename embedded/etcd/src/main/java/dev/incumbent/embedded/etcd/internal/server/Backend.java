package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.internal.store.RequestChecks;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.RaftException;
import dev.incumbent.embedded.raft.RaftNode;
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

    Backend(
            RaftNode<EtcdMachine, Command, Reply> node,
            Identity identity,
            ServerSettings settings,
            ScheduledExecutorService timer) {
        this.node = node;
        this.identity = identity;
        this.settings = settings;
        this.timer = timer;
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

    /** Reads what is as new as anything acknowledged before; fails with the status for the client. */
    <T> CompletableFuture<T> read(Function<? super EtcdMachine, ? extends T> read) {
        return patiently(() -> node.read(read));
    }

    /** As {@link #read}, but fails at once if there is no leader. */
    <T> CompletableFuture<T> readAtOnce(Function<? super EtcdMachine, ? extends T> read) {
        return node.read(read);
    }

    /** Reads this member's own state, however old. */
    <T> CompletableFuture<T> readLocal(Function<? super EtcdMachine, ? extends T> read) {
        return node.readLocal(read);
    }

    /** Submits a command; fails with the status for the client if it was refused, or if its outcome is not known. */
    CompletableFuture<Reply.Ok> submit(Command command) {
        Optional<EtcdError> tooLarge = RequestChecks.checkSize(command);
        if (tooLarge.isPresent()) {
            return CompletableFuture.failedFuture(Failures.refusal(tooLarge.get()));
        }
        return patiently(() -> node.submit(command)).thenApply(Backend::accepted);
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

    private <T> CompletableFuture<T> patiently(Supplier<? extends CompletableFuture<? extends T>> attempt) {
        CompletableFuture<T> result = new CompletableFuture<>();
        attempt(result, attempt, System.nanoTime() + settings.requestTimeout().toNanos());
        return result;
    }

    private <T> void attempt(
            CompletableFuture<T> result, Supplier<? extends CompletableFuture<? extends T>> attempt, long deadline) {
        attempt.get().whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else if (Failures.cause(failure) instanceof RaftException.Unavailable
                    && node.status().up()
                    && System.nanoTime() - deadline < 0) {
                Timers.after(timer, RETRY_MILLIS, () -> attempt(result, attempt, deadline));
            } else {
                result.completeExceptionally(Failures.cause(failure));
            }
        });
    }
}
