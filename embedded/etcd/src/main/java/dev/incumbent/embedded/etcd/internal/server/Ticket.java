package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.Change;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.members.Causes;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One key in a queue, waiting until all keys with smaller create revisions are gone. It watches its predecessor and itself, and
 * looks again when one of them changes; a handover wakes one ticket, not all.
 *
 * <p>A turn that came after waiting is confirmed by a linearizable read of the own key. etcd's own server answers without one,
 * and so may tell a candidate whose key is gone that it leads (etcd issue 19597).
 */
final class Ticket {

    private final Backend backend;
    private final Hub hub;
    private final Caller caller;
    private final ByteString prefix;
    private final ByteString key;
    private final long createRevision;
    private final Supplier<StatusRuntimeException> lost;
    private final CompletableFuture<Long> turn = new CompletableFuture<>();
    // On the node's thread.
    private @Nullable KeyWatch own;
    private @Nullable KeyWatch predecessor;
    private boolean confirming;

    /**
     * A key that is there.
     *
     * @param lost what to fail with if it goes
     */
    Ticket(
            Backend backend,
            Hub hub,
            Caller caller,
            ByteString prefix,
            ByteString key,
            long createRevision,
            Supplier<StatusRuntimeException> lost) {
        this.backend = backend;
        this.hub = hub;
        this.caller = caller;
        this.prefix = prefix;
        this.key = key;
        this.createRevision = createRevision;
        this.lost = lost;
    }

    /** The revision at which its turn was seen; 0 if it had not to wait. Whoever gives up completes it. */
    CompletableFuture<Long> turn() {
        return turn;
    }

    /** Begins to wait. */
    void start() {
        look(false);
        turn.whenComplete((revision, failure) -> hub.leave(backend, this::stopWatching));
    }

    private void look(boolean waited) {
        backend.<Boolean>readLocal(machine -> {
                    look(machine, waited);
                    return true;
                })
                .exceptionally(failure -> turn.completeExceptionally(Causes.of(failure)));
    }

    private void look(EtcdMachine machine, boolean waited) {
        if (turn.isDone() || confirming) {
            return;
        }
        if (!isOwn(machine)) {
            turn.completeExceptionally(lost.get());
            return;
        }
        RangeResponse before = range(
                machine,
                RangeRequest.newBuilder()
                        .setKey(prefix)
                        .setRangeEnd(KeyRange.prefix(prefix).end())
                        .setMaxCreateRevision(createRevision - 1)
                        .setSortTarget(RangeRequest.SortTarget.CREATE)
                        .setSortOrder(RangeRequest.SortOrder.DESCEND)
                        .setKeysOnly(true)
                        .setLimit(1));
        if (before.getKvsCount() == 0) {
            if (waited) {
                confirm();
            } else {
                turn.complete(0L);
            }
            return;
        }
        watch(before.getKvs(0).getKey());
    }

    private void confirm() {
        confirming = true;
        backend.read(machine -> isOwn(machine) ? machine.revision() : 0).whenComplete((revision, failure) -> {
            if (failure != null) {
                turn.completeExceptionally(Causes.of(failure));
            } else if (revision == 0) {
                turn.completeExceptionally(lost.get());
            } else {
                turn.complete(revision);
            }
        });
    }

    private boolean isOwn(EtcdMachine machine) {
        RangeResponse found =
                range(machine, RangeRequest.newBuilder().setKey(key).setKeysOnly(true));
        return found.getKvsCount() == 1 && found.getKvs(0).getCreateRevision() == createRevision;
    }

    private RangeResponse range(EtcdMachine machine, RangeRequest.Builder request) {
        return Backend.body(
                Backend.accepted(machine.range(request.build(), Callers.refreshed(caller, machine))),
                RangeResponse.class);
    }

    private void watch(ByteString before) {
        if (own == null) {
            own = new KeyWatch(KeyRange.of(key));
            hub.subscribe(own);
        }
        if (predecessor != null) {
            hub.unsubscribe(predecessor);
        }
        predecessor = new KeyWatch(KeyRange.of(before));
        hub.subscribe(predecessor);
    }

    private void stopWatching() {
        if (own != null) {
            hub.unsubscribe(own);
        }
        if (predecessor != null) {
            hub.unsubscribe(predecessor);
        }
    }

    private final class KeyWatch implements Subscription {

        private final KeyRange range;

        KeyWatch(KeyRange range) {
            this.range = range;
        }

        @Override
        public KeyRange range() {
            return range;
        }

        @Override
        public void changed(EtcdMachine machine, long revision, List<Change> changes) {
            lookAgain(machine);
        }

        @Override
        public void skipped(EtcdMachine machine) {
            lookAgain(machine);
        }

        private void lookAgain(EtcdMachine machine) {
            try {
                look(machine, true);
            } catch (StatusRuntimeException refused) {
                turn.completeExceptionally(refused);
            }
        }
    }
}
