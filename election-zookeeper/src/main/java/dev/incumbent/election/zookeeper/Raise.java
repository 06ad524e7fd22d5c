package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;

/**
 * Raises the generation and then deletes every entry made before, waiters before those they wait for.
 *
 * <p>The raise comes first and is compared by every later entry; deleting the waiters first keeps each from being first in
 * line under the old generation. Repeating it raises once more.
 */
final class Raise {

    private final Ground ground;
    private final Views views;

    Raise(Ground ground, Views views) {
        this.ground = ground;
        this.views = views;
    }

    CompletableFuture<Outcome<Generation>> raise(Handle handle, Optional<UUID> authority, long atLeast) {
        return ground.readOrLayInOrder(handle).thenCompose(outcome -> {
            if (!(outcome instanceof Outcome.Done<GenerationRecord> done)) {
                return CompletableFuture.completedFuture(Views.<Generation>recast(outcome));
            }
            Generation old = done.value().generation();
            Generation raised = new Generation(authority.orElse(old.authority()), Math.max(old.number() + 1, atLeast));
            return write(handle, raised, done.value().version());
        });
    }

    private CompletableFuture<Outcome<Generation>> write(Handle handle, Generation raised, int version) {
        String path = ground.layout().generation();
        Op set = Op.setData(path, GenerationRecord.format(raised), version);
        return handle.requests().multi(List.of(set)).thenCompose(reply -> {
            if (reply.failedAt(0, Code.BADVERSION)) {
                return CompletableFuture.completedFuture(new Outcome.Refused<Generation>(
                        Refusal.GENERATION_CHANGED, "somebody else raised the generation meanwhile"));
            }
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(KeeperErrors.<Generation>write(reply));
            }
            long raisedBy =
                    ((OpResult.SetDataResult) reply.get().get(0)).getStat().getMzxid();
            CompletableFuture<Outcome<GenerationRecord>> known =
                    handle.requests().data(path).thenApply(ground::record);
            return sweep(handle, raisedBy)
                    .thenCombine(
                            known,
                            (failure, ignored) -> failure.isPresent()
                                    ? KeeperErrors.<Generation>write(failure.get())
                                    : new Outcome.Done<>(raised));
        });
    }

    /** Empties all elections; yields the first failure. */
    private CompletableFuture<Optional<Reply<?>>> sweep(Handle handle, long raisedBy) {
        Layout layout = ground.layout();
        return handle.requests().children(layout.elections()).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(Optional.<Reply<?>>of(reply));
            }
            List<String> parents = new ArrayList<>(layout.nativePaths().values());
            reply.get().forEach(name -> parents.add(layout.elections() + "/" + name));
            List<CompletableFuture<Optional<Reply<?>>>> emptied = new ArrayList<>();
            parents.forEach(parent -> emptied.add(empty(handle, parent, raisedBy)));
            return Futures.all(emptied)
                    .thenApply(failures ->
                            failures.stream().flatMap(Optional::stream).findFirst());
        });
    }

    private CompletableFuture<Optional<Reply<?>>> empty(Handle handle, String parent, long raisedBy) {
        return handle.requests().children(parent).thenCompose(reply -> views.settled(handle, Views.queue(parent, reply))
                .thenCompose(outcome -> outcome instanceof Outcome.Done<Queue> done
                        ? delete(handle, done.value(), raisedBy)
                        : CompletableFuture.completedFuture(Optional.<Reply<?>>of(reply))));
    }

    private CompletableFuture<Optional<Reply<?>>> delete(Handle handle, Queue queue, long raisedBy) {
        List<NodeName> lastFirst = new ArrayList<>(queue.members());
        Collections.reverse(lastFirst);
        List<CompletableFuture<Reply<Stat>>> stats = new ArrayList<>();
        lastFirst.forEach(member -> stats.add(handle.requests().exists(queue.path(member))));
        return Futures.all(stats).thenCompose(replies -> {
            List<CompletableFuture<Reply<String>>> deletions = new ArrayList<>();
            for (Reply<Stat> reply : replies) {
                if (!reply.isOk() && !reply.is(Code.NONODE)) {
                    return CompletableFuture.completedFuture(Optional.<Reply<?>>of(reply));
                }
                // Who entered after the raise compared the new generation.
                if (reply.isOk() && reply.get().getCzxid() < raisedBy) {
                    deletions.add(handle.requests().delete(reply.path()));
                }
            }
            return Futures.all(deletions).thenApply(done -> done.stream()
                    .filter(deletion -> !deletion.isOk() && !deletion.is(Code.NONODE))
                    .<Reply<?>>map(deletion -> deletion)
                    .findFirst());
        });
    }
}
