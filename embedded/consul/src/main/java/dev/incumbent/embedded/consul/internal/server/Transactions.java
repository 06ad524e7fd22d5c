package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.GoText;
import dev.incumbent.embedded.consul.internal.store.KvOp;
import dev.incumbent.embedded.consul.internal.store.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Operations on keys, on their way to the log: checked first, as Consul does, for what is no matter of the state, and at the leader
 * for lock-delays.
 */
final class Transactions {

    private static final long NOTHING_SEEN = Long.MAX_VALUE;

    private final Backend backend;
    private final Leaders leaders;

    Transactions(Backend backend, Leaders leaders) {
        this.backend = backend;
        this.leaders = leaders;
    }

    /** Carries out operations of which some write. */
    CompletableFuture<Reply> write(List<KvOp> operations, Guard guard) {
        List<Reply.OpError> errors = check(operations, guard);
        if (!errors.isEmpty()) {
            return CompletableFuture.completedFuture(new Reply.Errors(errors));
        }
        if (operations.stream().noneMatch(KvOp::locks)) {
            return backend.submit(new Command.Txn(operations, NOTHING_SEEN));
        }
        return lock(operations, System.nanoTime() + backend.settings().hold().toNanos());
    }

    /** What the leader says of the locks among some operations. */
    private record Look(List<Reply.OpError> forbidden, long delaysSeen) {}

    private CompletableFuture<Reply> lock(List<KvOp> operations, long deadline) {
        return leaders.ask((leader, machine) -> look(leader, machine, operations))
                .thenCompose(look -> {
                    if (!look.forbidden().isEmpty()) {
                        return CompletableFuture.completedFuture(new Reply.Errors(look.forbidden()));
                    }
                    return backend.submit(new Command.Txn(operations, look.delaysSeen()))
                            .thenCompose(reply -> {
                                if (!(reply instanceof Reply.LookAgain)) {
                                    return CompletableFuture.completedFuture(reply);
                                }
                                if (System.nanoTime() - deadline > 0) {
                                    throw HttpFailure.internal(Failures.NO_LEADER);
                                }
                                return lock(operations, deadline);
                            });
                });
    }

    private static Look look(Leaders.Member leader, ConsulMachine machine, List<KvOp> operations) {
        long now = System.nanoTime();
        List<Reply.OpError> forbidden = IntStream.range(0, operations.size())
                .filter(i -> operations.get(i).locks()
                        && leader.delays().forbids(operations.get(i).key(), now))
                .mapToObj(i -> new Reply.OpError(
                        i,
                        true,
                        "failed to lock key " + GoText.quote(operations.get(i).key()) + " due to lock delay"))
                .toList();
        return new Look(forbidden, machine.delaysIndex());
    }

    /** What is wrong with operations whatever the state is. */
    List<Reply.OpError> check(List<KvOp> operations, Guard guard) {
        List<Reply.OpError> errors = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            KvOp op = operations.get(i);
            if (op.key().isEmpty() && !op.verb().equals("delete-tree")) {
                errors.add(new Reply.OpError(i, false, "Must provide key"));
            } else if (!allowed(op, guard.rights())) {
                errors.add(new Reply.OpError(i, false, Guard.DENIED));
            }
        }
        return errors;
    }

    /** What reads give is filtered afterwards; what a check says would give something away. */
    private static boolean allowed(KvOp op, Access.Rights rights) {
        return switch (op.verb()) {
            case "get", "get-tree" -> true;
            case "check-index", "check-session" -> rights.mayRead(op.key());
            case "delete-tree" -> rights.mayWriteTree(op.key());
            default -> rights.mayWrite(op.key());
        };
    }
}
