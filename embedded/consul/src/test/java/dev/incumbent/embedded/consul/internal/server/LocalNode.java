package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Reply;
import dev.incumbent.embedded.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A node without a cluster: commands are applied at once, and the test says who leads. */
final class LocalNode implements RaftNode<ConsulMachine, Command, Reply> {

    final ConsulMachine machine = new ConsulMachine();
    final List<Command> submitted = new ArrayList<>();
    long term = 1;
    boolean leads = true;
    private long index;

    @Override
    public int number() {
        return 1;
    }

    @Override
    public CompletableFuture<Reply> submit(Command command) {
        submitted.add(command);
        return CompletableFuture.completedFuture(machine.apply(++index, term, command));
    }

    @Override
    public <T> CompletableFuture<T> read(Function<? super ConsulMachine, ? extends T> read) {
        return readLocal(read);
    }

    @Override
    public <T> CompletableFuture<T> readLocal(Function<? super ConsulMachine, ? extends T> read) {
        return CompletableFuture.completedFuture(read.apply(machine));
    }

    @Override
    public CompletableFuture<Void> transferLeadership(int node) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Status status() {
        return new Status(true, term, OptionalInt.of(leads ? 1 : 2), leads, index, index, 0);
    }

    @Override
    public void addListener(Listener<ConsulMachine> listener) {
        throw new UnsupportedOperationException();
    }
}
