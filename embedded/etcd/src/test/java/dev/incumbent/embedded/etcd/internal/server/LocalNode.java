package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.GrantLease;
import dev.incumbent.embedded.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node that is a cluster of its own and applies commands on the caller's thread. */
final class LocalNode implements RaftNode<EtcdMachine, Command, Reply> {

    private final EtcdMachine machine = new EtcdMachine();
    private final List<Listener<EtcdMachine>> listeners = new ArrayList<>();
    private Function<Command, CompletableFuture<Reply>> submission =
            command -> CompletableFuture.completedFuture(apply(command));
    private @Nullable RuntimeException readFailure;
    private @Nullable RuntimeException localReadFailure;
    private final List<Command> unseen = new ArrayList<>();
    private long index;
    private long term = 1;

    EtcdMachine machine() {
        return machine;
    }

    Status leads(long newTerm) {
        term = newTerm;
        return status();
    }

    static Status follows(long term) {
        return new Status(true, term, OptionalInt.of(2), false, 0, 0, 0);
    }

    Reply apply(Command command) {
        Reply reply = machine.apply(++index, term, command);
        listeners.forEach(listener -> listener.applied(machine, index));
        return reply;
    }

    void grant(long id, long ttlSeconds) {
        apply(Command.newBuilder()
                .setGrantLease(GrantLease.newBuilder().setId(id).setTtlSeconds(ttlSeconds))
                .build());
    }

    void put(String key, int bytes) {
        apply(Command.newBuilder()
                .setPut(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFrom(new byte[bytes])))
                .build());
    }

    @Override
    public int number() {
        return 1;
    }

    @Override
    public CompletableFuture<Reply> submit(Command command) {
        return submission.apply(command);
    }

    /** What becomes of commands that are submitted from now on. */
    void whenSubmitted(Function<Command, CompletableFuture<Reply>> way) {
        submission = way;
    }

    /** What linearizable reads come to from now on. */
    void failReads(RuntimeException failure) {
        readFailure = failure;
    }

    /** What local reads come to from now on; null: to the state. */
    void failLocalReads(@Nullable RuntimeException failure) {
        localReadFailure = failure;
    }

    /** This was applied elsewhere, and comes here with the next linearizable read. */
    void lag(Command command) {
        unseen.add(command);
    }

    @Override
    public <T> CompletableFuture<T> read(Function<? super EtcdMachine, ? extends T> read) {
        unseen.forEach(this::apply);
        unseen.clear();
        return readFailure == null ? readLocal(read) : CompletableFuture.failedFuture(readFailure);
    }

    @Override
    public <T> CompletableFuture<T> readLocal(Function<? super EtcdMachine, ? extends T> read) {
        if (localReadFailure != null) {
            return CompletableFuture.failedFuture(localReadFailure);
        }
        try {
            return CompletableFuture.completedFuture(read.apply(machine));
        } catch (RuntimeException thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    @Override
    public CompletableFuture<Void> transferLeadership(int node) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    @Override
    public Status status() {
        return new Status(true, term, OptionalInt.of(1), true, index, index, 1);
    }

    @Override
    public void addListener(Listener<EtcdMachine> listener) {
        listeners.add(listener);
    }
}
