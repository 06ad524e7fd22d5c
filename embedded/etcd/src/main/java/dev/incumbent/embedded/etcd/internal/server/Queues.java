package dev.incumbent.embedded.etcd.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.TxnResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * The queues behind elections and locks, laid out as those of Go's {@code concurrency} package, so that its users and ours stand
 * in one queue: {@code name/<lease in hex>}, in the order of create revisions.
 *
 * <p>No thread waits: a place in a queue is a {@link Ticket}. A call that ends without its turn takes its key along.
 */
final class Queues {

    /** What etcd's session gives a lease that nobody named. */
    private static final long DEFAULT_TTL_SECONDS = 60;

    private static final long WITHDRAW_RETRY_MILLIS = 500;
    private static final int WITHDRAW_ATTEMPTS = 20;

    private final Backend backend;
    private final Hub hub;
    private final ScheduledExecutorService timer;
    /** How many calls of this member stand behind a key: a call repeated on the same lease adopts it. */
    private final Map<ByteString, Integer> claims = new ConcurrentHashMap<>();

    Queues(Backend backend, Hub hub, ScheduledExecutorService timer) {
        this.backend = backend;
        this.hub = hub;
        this.timer = timer;
    }

    /**
     * A place at the head of a queue.
     *
     * @param key the own key
     * @param createRevision its create revision
     * @param lease its lease
     * @param enteredRevision the store's revision when it entered
     * @param turnRevision and when its turn was seen
     */
    record Place(ByteString key, long createRevision, long lease, long enteredRevision, long turnRevision) {}

    static ByteString prefix(ByteString name) {
        return name.concat(ByteString.copyFromUtf8("/"));
    }

    /**
     * Enters a queue and waits for the turn, for a call whose handler runs now.
     *
     * @param value the key's value; an own key with another value is given this one
     * @param lost what to fail with if the key goes while it waits
     */
    CompletableFuture<Place> enter(
            Caller caller,
            Context call,
            ByteString name,
            long lease,
            ByteString value,
            Supplier<StatusRuntimeException> lost) {
        if (lease == 0) {
            return LeaseService.grant(backend, caller, 0, DEFAULT_TTL_SECONDS)
                    .thenCompose(granted -> enter(caller, call, name, granted.getID(), value, lost));
        }
        ByteString key = prefix(name).concat(ByteString.copyFrom(Long.toHexString(lease), UTF_8));
        claims.merge(key, 1, Integer::sum);
        CompletableFuture<Place> place = new CompletableFuture<>();
        CompletableFuture<Entered> entered = backend.submit(Callers.sign(enrolment(key, lease, value), caller))
                .thenCompose(reply -> entered(caller, key, lease, value, reply));
        entered.whenComplete((in, failure) -> {
            if (failure != null) {
                place.completeExceptionally(Failures.cause(failure));
            } else {
                await(
                        new Ticket(backend, hub, caller, prefix(name), key, in.createRevision(), lost),
                        in,
                        key,
                        lease,
                        place);
            }
        });
        Context.CancellationListener gaveUp =
                context -> place.completeExceptionally(Status.CANCELLED.asRuntimeException());
        call.addListener(gaveUp, Runnable::run);
        place.whenComplete((at, failure) -> {
            call.removeListener(gaveUp);
            int others =
                    claims.merge(key, -1, (count, less) -> count + less == 0 ? null : count + less) == null ? 0 : 1;
            if (failure != null && others == 0) {
                entered.thenAccept(in -> withdraw(caller, key, in.createRevision(), WITHDRAW_ATTEMPTS));
            }
        });
        return place;
    }

    private static void await(Ticket ticket, Entered in, ByteString key, long lease, CompletableFuture<Place> place) {
        place.whenComplete((at, failure) -> {
            if (failure != null) {
                ticket.turn().completeExceptionally(failure);
            }
        });
        ticket.turn().whenComplete((revision, failure) -> {
            if (failure != null) {
                place.completeExceptionally(failure);
            } else {
                place.complete(new Place(
                        key, in.createRevision(), lease, in.revision(), revision == 0 ? in.revision() : revision));
            }
        });
        ticket.start();
    }

    private record Entered(long createRevision, long revision) {}

    private static Command.Builder enrolment(ByteString key, long lease, ByteString value) {
        return Command.newBuilder()
                .setTxn(TxnRequest.newBuilder()
                        .addCompare(createdAt(key, 0))
                        .addSuccess(put(key, lease, value))
                        .addFailure(RequestOp.newBuilder()
                                .setRequestRange(RangeRequest.newBuilder().setKey(key))));
    }

    private static RequestOp put(ByteString key, long lease, ByteString value) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
                .build();
    }

    private static Compare createdAt(ByteString key, long revision) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision)
                .build();
    }

    private CompletableFuture<Entered> entered(
            Caller caller, ByteString key, long lease, ByteString value, Reply.Ok reply) {
        TxnResponse response = Backend.body(reply, TxnResponse.class);
        if (response.getSucceeded()) {
            return CompletableFuture.completedFuture(new Entered(reply.revision(), reply.revision()));
        }
        KeyValue own = response.getResponses(0).getResponseRange().getKvs(0);
        Entered adopted = new Entered(own.getCreateRevision(), reply.revision());
        if (own.getValue().equals(value)) {
            return CompletableFuture.completedFuture(adopted);
        }
        return proclaim(caller, key, own.getCreateRevision(), lease, value).thenApply(done -> adopted);
    }

    /** Gives an own key another value; fails with "not leader" if it is gone. */
    CompletableFuture<Reply.Ok> proclaim(
            Caller caller, ByteString key, long createRevision, long lease, ByteString value) {
        Command.Builder command = Command.newBuilder()
                .setTxn(TxnRequest.newBuilder()
                        .addCompare(createdAt(key, createRevision))
                        .addSuccess(put(key, lease, value)));
        return backend.submit(Callers.sign(command, caller)).thenApply(reply -> {
            if (!Backend.body(reply, TxnResponse.class).getSucceeded()) {
                throw Failures.refusal(EtcdError.ELECTION_NOT_LEADER);
            }
            return reply;
        });
    }

    /** Deletes an own key, if it is still the same. */
    CompletableFuture<Reply.Ok> leave(Caller caller, ByteString key, long createRevision) {
        Command.Builder command = Command.newBuilder()
                .setTxn(TxnRequest.newBuilder()
                        .addCompare(createdAt(key, createRevision))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestDeleteRange(
                                        DeleteRangeRequest.newBuilder().setKey(key))));
        return backend.submit(Callers.sign(command, caller));
    }

    private void withdraw(Caller caller, ByteString key, long createRevision, int attempts) {
        backend.readLocal(machine -> Callers.refreshed(caller, machine))
                .thenCompose(now -> leave(now, key, createRevision))
                .whenComplete((done, failure) -> {
                    if (failure != null && attempts > 1 && backend.status().up()) {
                        Timers.after(
                                timer,
                                WITHDRAW_RETRY_MILLIS,
                                () -> withdraw(caller, key, createRevision, attempts - 1));
                    }
                });
    }
}
