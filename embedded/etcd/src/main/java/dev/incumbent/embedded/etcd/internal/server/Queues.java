package dev.incumbent.embedded.etcd.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.TxnResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.members.Causes;
import dev.incumbent.embedded.raft.RaftException;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The queues behind elections and locks, laid out as those of Go's {@code concurrency} package, so that its users and ours stand
 * in one queue: {@code name/<lease in hex>}, in the order of create revisions.
 *
 * <p>No thread waits: a place in a queue is a {@link Ticket}. A call that its client gave up takes its key along, as far as one
 * attempt can do that; a lock does so whenever it ends without its turn. After any other failure a candidate's key stays, so that
 * it can ask again and finds it: all this as with etcd. A call for a key that is being taken away waits for that, since what it
 * adopted would be gone a moment later.
 */
final class Queues {

    /** What etcd's session gives a lease that nobody named. */
    private static final long DEFAULT_TTL_SECONDS = 60;

    private final Backend backend;
    private final Hub hub;
    private final Map<ByteString, Stand> stands = new ConcurrentHashMap<>();

    Queues(Backend backend, Hub hub) {
        this.backend = backend;
        this.hub = hub;
    }

    /** What one can queue for. */
    enum Kind {
        ELECTION,
        LOCK;

        /** What a call fails with if its key goes while it waits. */
        StatusRuntimeException lost() {
            return this == ELECTION
                    ? Failures.refusal(EtcdError.ELECTION_NOT_LEADER)
                    : Failures.unknown("mutex: session is expired");
        }
    }

    /**
     * What this member has to do with a key: a call repeated on the same lease adopts it.
     *
     * @param calls how many stand behind it
     * @param cleared done when calls that are over no longer want to delete it
     */
    private record Stand(int calls, CompletableFuture<?> cleared) {}

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
     * @param value the key's value; a candidate's key with another value is given this one
     */
    CompletableFuture<Place> enter(
            Kind kind, Caller caller, Context call, ByteString name, long lease, ByteString value) {
        if (lease == 0) {
            return LeaseService.grant(backend, caller, 0, DEFAULT_TTL_SECONDS)
                    .thenCompose(granted -> enter(kind, caller, call, name, granted.getID(), value));
        }
        return new Entry(kind, caller, call, prefix(name), lease, value).run();
    }

    /** One call. */
    private final class Entry {

        private final Kind kind;
        private final Caller caller;
        private final Context call;
        private final ByteString prefix;
        private final ByteString key;
        private final long lease;
        private final ByteString value;
        private final StatusRuntimeException gaveUp = Status.CANCELLED.asRuntimeException();
        private final CompletableFuture<Place> place = new CompletableFuture<>();
        /** This member's revision before the key was written. */
        private volatile long begun;
        /** The create revision of a key that was there and is to be given another value. */
        private volatile long adopted;

        Entry(Kind kind, Caller caller, Context call, ByteString prefix, long lease, ByteString value) {
            this.kind = kind;
            this.caller = caller;
            this.call = call;
            this.prefix = prefix;
            this.key = prefix.concat(ByteString.copyFrom(Long.toHexString(lease), UTF_8));
            this.lease = lease;
            this.value = value;
        }

        CompletableFuture<Place> run() {
            CompletableFuture<?> cleared = stands.merge(
                            key, new Stand(1, nothing()), (old, one) -> new Stand(old.calls() + 1, old.cleared()))
                    .cleared();
            CompletableFuture<Entered> entered = cleared.thenCompose(free -> enrol());
            entered.whenComplete((in, failure) -> {
                if (failure != null) {
                    place.completeExceptionally(Causes.of(failure));
                } else {
                    await(in);
                }
            });
            Context.CancellationListener cancelled = context -> place.completeExceptionally(gaveUp);
            call.addListener(cancelled, Runnable::run);
            place.whenComplete((at, failure) -> {
                call.removeListener(cancelled);
                stepBack(entered, failure);
            });
            return place;
        }

        private CompletableFuture<Entered> enrol() {
            if (place.isDone()) {
                return CompletableFuture.failedFuture(gaveUp);
            }
            return backend.readLocal(EtcdMachine::revision)
                    .thenCompose(revision -> {
                        begun = revision;
                        return backend.submit(Callers.sign(enrolment(key, lease, value), caller), call);
                    })
                    .thenCompose(this::entered);
        }

        private CompletableFuture<Entered> entered(Reply.Ok reply) {
            TxnResponse response = Backend.body(reply, TxnResponse.class);
            if (response.getSucceeded()) {
                return CompletableFuture.completedFuture(new Entered(reply.revision(), reply.revision()));
            }
            KeyValue own = response.getResponses(0).getResponseRange().getKvs(0);
            Entered there = new Entered(own.getCreateRevision(), reply.revision());
            if (kind == Kind.LOCK || own.getValue().equals(value)) {
                return CompletableFuture.completedFuture(there);
            }
            adopted = own.getCreateRevision();
            return proclaim(caller, call, key, adopted, lease, value).thenApply(done -> there);
        }

        private void await(Entered in) {
            Ticket ticket = new Ticket(backend, hub, caller, prefix, key, in.createRevision(), kind::lost);
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

        /** The call is over; if it failed, and nobody else stands behind the key, that is tidied up. */
        private void stepBack(CompletableFuture<Entered> entered, @Nullable Throwable failure) {
            CompletableFuture<Boolean> cleared = new CompletableFuture<>();
            Stand left = stands.computeIfPresent(key, (same, old) -> {
                if (old.calls() > 1) {
                    return new Stand(old.calls() - 1, old.cleared());
                }
                return failure != null
                        ? new Stand(0, cleared)
                        : old.cleared().isDone() ? null : new Stand(0, old.cleared());
            });
            if (left == null || left.cleared() != cleared) {
                return;
            }
            entered.handle((in, refusal) -> tidyUp(in, refusal, failure == gaveUp))
                    .thenCompose(tidied -> tidied)
                    .whenComplete((done, failed) -> {
                        cleared.complete(true);
                        stands.computeIfPresent(
                                key, (same, now) -> now.calls() == 0 && now.cleared() == cleared ? null : now);
                    });
        }

        private CompletableFuture<Boolean> tidyUp(
                @Nullable Entered in, @Nullable Throwable refusal, boolean cancelled) {
            if (in != null && (cancelled || kind == Kind.LOCK)) {
                return withdraw(in.createRevision());
            }
            if (refusal != null && adopted != 0) {
                return withdraw(adopted);
            }
            if (refusal != null && cancelled && Causes.of(refusal) instanceof RaftException.Indeterminate) {
                return backend.read(machine -> created(machine))
                        .thenCompose(created -> created > begun ? withdraw(created) : nothing());
            }
            return nothing();
        }

        private CompletableFuture<Boolean> nothing() {
            return CompletableFuture.completedFuture(false);
        }

        /** The key's create revision; 0 if it is not there. */
        private long created(EtcdMachine machine) {
            RangeRequest request =
                    RangeRequest.newBuilder().setKey(key).setKeysOnly(true).build();
            return Backend.body(
                            Backend.accepted(machine.range(request, Callers.refreshed(caller, machine))),
                            RangeResponse.class)
                    .getKvsList()
                    .stream()
                    .mapToLong(KeyValue::getCreateRevision)
                    .sum();
        }

        private CompletableFuture<Boolean> withdraw(long createRevision) {
            return backend.readLocal(machine -> Callers.refreshed(caller, machine))
                    // Nobody waits for it any more, and yet it is to happen.
                    .thenCompose(now -> leave(now, Context.ROOT, key, createRevision))
                    .thenApply(left -> true);
        }
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

    /** Gives an own key another value; fails with "not leader" if it is gone. */
    CompletableFuture<Reply.Ok> proclaim(
            Caller caller, Context call, ByteString key, long createRevision, long lease, ByteString value) {
        Command.Builder command = Command.newBuilder()
                .setTxn(TxnRequest.newBuilder()
                        .addCompare(createdAt(key, createRevision))
                        .addSuccess(put(key, lease, value)));
        return backend.submit(Callers.sign(command, caller), call).thenApply(reply -> {
            if (!Backend.body(reply, TxnResponse.class).getSucceeded()) {
                throw Failures.refusal(EtcdError.ELECTION_NOT_LEADER);
            }
            return reply;
        });
    }

    /** Deletes an own key, if it is still the same. */
    CompletableFuture<Reply.Ok> leave(Caller caller, Context call, ByteString key, long createRevision) {
        Command.Builder command = Command.newBuilder()
                .setTxn(TxnRequest.newBuilder()
                        .addCompare(createdAt(key, createRevision))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestDeleteRange(
                                        DeleteRangeRequest.newBuilder().setKey(key))));
        return backend.submit(Callers.sign(command, caller), call);
    }
}
