package dev.incumbent.embedded.raft;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether what was seen of one register is linearizable, by search: among the operations that began before any open one
 * ended, try each as the next (Wing and Gong, JPDC 1993), and never twice from the same set with the same value (Lowe, CCPE 2017).
 */
final class RegisterHistory {

    private static final long NEVER = Long.MAX_VALUE;

    /**
     * An operation.
     *
     * @param write what it sets, null for a read
     * @param expected what it sets it from, null for anything
     * @param result the value it saw; null if nobody knows whether it took effect
     */
    record Operation(
            long began,
            long ended,
            @Nullable String write,
            @Nullable String expected,
            @Nullable String result) {

        static Operation read(long began, long ended, String result) {
            return new Operation(began, ended, null, null, result);
        }

        static Operation put(long began, long ended, String value, String before) {
            return new Operation(began, ended, value, null, before);
        }

        static Operation unknown(long began, String value, @Nullable String expected) {
            return new Operation(began, NEVER, value, expected, null);
        }

        /** The register's next value, null if this cannot come next. */
        @Nullable
        String from(String value) {
            if (result != null && !result.equals(value)) {
                return null;
            }
            boolean sets = write != null && (expected == null || expected.equals(value));
            return sets ? write : value;
        }
    }

    private record Point(BitSet done, String value) {}

    private final List<Operation> operations;
    private final Set<Point> seen = new HashSet<>();
    private final BitSet done = new BitSet();

    private RegisterHistory(List<Operation> operations) {
        this.operations = new ArrayList<>(operations);
        this.operations.sort(Comparator.comparingLong(Operation::began));
    }

    static boolean isLinearizable(List<Operation> operations, String initial) {
        return new RegisterHistory(operations).search(initial);
    }

    private boolean search(String value) {
        if (!seen.add(new Point((BitSet) done.clone(), value))) {
            return false;
        }
        long firstEnd = NEVER;
        for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
            firstEnd = Math.min(firstEnd, operations.get(i).ended());
        }
        if (firstEnd == NEVER) {
            return true;
        }
        for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
            Operation operation = operations.get(i);
            if (operation.began() > firstEnd) {
                return false;
            }
            String next = operation.from(value);
            if (next != null) {
                done.set(i);
                if (search(next)) {
                    return true;
                }
                done.clear(i);
            }
        }
        return false;
    }
}
