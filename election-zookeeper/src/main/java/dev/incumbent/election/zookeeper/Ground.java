package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/** What all elections of one client stand on: the fixed nodes, the generation record and the ACLs. */
final class Ground {

    private static final byte[] NOTHING = new byte[0];

    private final Layout layout;
    private final ACLProvider acls;
    private volatile @Nullable GenerationRecord known;

    Ground(Layout layout, ACLProvider acls) {
        this.layout = layout;
        this.acls = acls;
    }

    Layout layout() {
        return layout;
    }

    /** A list of our own: ZooKeeper's client asks whether it contains null, which immutable lists answer by throwing. */
    List<ACL> acl(String path) {
        List<ACL> own = acls.getAclForPath(path);
        return new ArrayList<>(own != null ? own : acls.getDefaultAcl());
    }

    /**
     * Orders what is read after it behind everything committed before it. A multi that only checks goes through the quorum
     * and changes nothing; {@code sync} is weaker, since a leader that was deposed without knowing may answer it alone.
     */
    CompletableFuture<Reply<List<OpResult>>> barrier(Handle handle) {
        return handle.requests().multi(List.of(Op.check(layout.elections(), -1)));
    }

    /** The newest record that was read; null before the first. */
    @Nullable
    GenerationRecord known() {
        return known;
    }

    /** The record of a generation, if that is the newest one known. */
    Optional<GenerationRecord> known(Generation generation) {
        return Optional.ofNullable(known).filter(record -> record.generation().equals(generation));
    }

    void forget() {
        known = null;
    }

    private synchronized void note(GenerationRecord record) {
        GenerationRecord before = known;
        if (before == null || record.mzxid() >= before.mzxid()) {
            known = record;
        }
    }

    /** Reads the generation, and lays the ground first where there is none. */
    CompletableFuture<Outcome<GenerationRecord>> readOrLay(Handle handle) {
        return handle.requests().data(layout.generation()).thenCompose(reply -> {
            if (!reply.is(Code.NONODE)) {
                return CompletableFuture.completedFuture(record(reply));
            }
            CompletableFuture<Optional<Reply<String>>> laid = lay(handle);
            return handle.requests().data(layout.generation()).thenCombine(laid, (again, failure) -> {
                boolean absent = again.is(Code.NONODE) && failure.isPresent();
                return absent ? KeeperErrors.write(failure.get()) : record(again);
            });
        });
    }

    /** Sends reads behind a barrier, in the same round trip. */
    <T> CompletableFuture<Outcome<T>> inOrder(Handle handle, Supplier<CompletableFuture<Outcome<T>>> reads) {
        return handle.ordering().behind(() -> barrier(handle), reads);
    }

    /** Reads the generation behind a barrier. */
    CompletableFuture<Outcome<GenerationRecord>> readOrLayInOrder(Handle handle) {
        return inOrder(handle, () -> readOrLay(handle));
    }

    /** Turns what was read into the record, and remembers it. */
    Outcome<GenerationRecord> record(Reply<Requests.Node> reply) {
        if (!reply.isOk()) {
            return KeeperErrors.read(reply);
        }
        Optional<GenerationRecord> record = GenerationRecord.of(reply.get());
        if (record.isEmpty()) {
            return new Outcome.Refused<>(
                    Refusal.INVALID,
                    layout.generation() + " does not hold 'authority=<uuid>' and 'generation=<number>'; restore it or"
                            + " delete it and raise the generation");
        }
        note(record.get());
        return new Outcome.Done<>(record.get());
    }

    /** Creates what is missing; yields the first failure other than that it was there. */
    private CompletableFuture<Optional<Reply<String>>> lay(Handle handle) {
        List<CompletableFuture<Reply<String>>> creations = new ArrayList<>();
        for (String path : layout.fixed()) {
            creations.add(handle.requests().create(path, NOTHING, acl(path), CreateMode.PERSISTENT));
        }
        byte[] first = GenerationRecord.format(new Generation(UUID.randomUUID(), 0));
        String path = layout.generation();
        creations.add(handle.requests().create(path, first, acl(path), CreateMode.PERSISTENT));
        return firstFailure(creations);
    }

    /** Creates the containers above an election's entries; yields the first failure other than that they were there. */
    CompletableFuture<Optional<Reply<String>>> contain(Handle handle, String election) {
        List<CompletableFuture<Reply<String>>> creations = new ArrayList<>();
        for (String path : layout.containers(election)) {
            creations.add(handle.requests().create(path, NOTHING, acl(path), CreateMode.CONTAINER));
        }
        return firstFailure(creations);
    }

    private static CompletableFuture<Optional<Reply<String>>> firstFailure(
            List<CompletableFuture<Reply<String>>> creations) {
        return Futures.all(creations).thenApply(replies -> replies.stream()
                .filter(reply -> !reply.isOk() && !reply.is(Code.NODEEXISTS))
                .findFirst());
    }
}
