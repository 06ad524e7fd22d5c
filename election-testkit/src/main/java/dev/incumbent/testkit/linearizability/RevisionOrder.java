package dev.incumbent.testkit.linearizability;

import static java.util.Comparator.comparingLong;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the revisions that a store gave out against real time, over all keys: what a key-by-key check cannot see.
 *
 * <p>An answer that came before a call was sent must not carry a higher revision than that call's answer; nor the same, if
 * the later one is a change. No two changes share a revision.
 */
public final class RevisionOrder {

    private RevisionOrder() {}

    /**
     * The first pair of operations that breaks the order.
     *
     * @param operations of all keys
     */
    public static Optional<String> violation(List<? extends Operation<RegisterInput, RegisterOutput>> operations) {
        Map<Long, Operation<RegisterInput, RegisterOutput>> changes = new HashMap<>();
        List<Operation<RegisterInput, RegisterOutput>> byCall = new ArrayList<>();
        for (Operation<RegisterInput, RegisterOutput> operation : operations) {
            if (operation.output().isPresent()) {
                byCall.add(operation);
                if (isChange(operation)) {
                    Operation<RegisterInput, RegisterOutput> other = changes.put(revision(operation), operation);
                    if (other != null) {
                        return Optional.of("two changes at one revision: " + other + " and " + operation);
                    }
                }
            }
        }
        return overtaken(byCall);
    }

    private static Optional<String> overtaken(List<Operation<RegisterInput, RegisterOutput>> byCall) {
        List<Operation<RegisterInput, RegisterOutput>> byReturn = new ArrayList<>(byCall);
        byCall.sort(comparingLong(Operation::called));
        byReturn.sort(comparingLong(Operation::returned));
        Operation<RegisterInput, RegisterOutput> newest = null;
        int returned = 0;
        for (Operation<RegisterInput, RegisterOutput> operation : byCall) {
            while (byReturn.get(returned).returned() < operation.called()) {
                Operation<RegisterInput, RegisterOutput> earlier = byReturn.get(returned++);
                newest = newest == null || revision(earlier) > revision(newest) ? earlier : newest;
            }
            long least = newest == null ? 0 : revision(newest) + (isChange(operation) ? 1 : 0);
            if (revision(operation) < least) {
                return Optional.of(operation + " came after " + newest);
            }
        }
        return Optional.empty();
    }

    private static boolean isChange(Operation<RegisterInput, RegisterOutput> operation) {
        return operation
                .output()
                .filter(RegisterOutput.Changed.class::isInstance)
                .isPresent();
    }

    private static long revision(Operation<RegisterInput, RegisterOutput> operation) {
        return operation.output().map(RegisterOutput::storeRevision).orElse(0L);
    }
}
