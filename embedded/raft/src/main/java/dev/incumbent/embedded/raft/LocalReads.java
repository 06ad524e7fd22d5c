package dev.incumbent.embedded.raft;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/**
 * A node's linearizable reads: those that came while the thread was busy ask for one index together, then wait until the node has
 * applied up to it. On the node's thread.
 *
 * @param <M> the state machine
 */
final class LocalReads<M> {

    private record Waiting<M>(long index, Reading<M, ?> reading) {}

    private final LongConsumer ask;
    private List<Reading<M, ?>> gathered = new ArrayList<>();
    private final Map<Long, List<Reading<M, ?>>> asked = new HashMap<>();
    private final PriorityQueue<Waiting<M>> waiting =
            new PriorityQueue<>((one, other) -> Long.compare(one.index, other.index));
    private long asks;

    /** @param ask asks the leader for an index, under a number */
    LocalReads(LongConsumer ask) {
        this.ask = ask;
    }

    /** True if it is the first since the last {@link #askForGathered}. */
    boolean gather(Reading<M, ?> reading) {
        gathered.add(reading);
        return gathered.size() == 1;
    }

    void askForGathered() {
        List<Reading<M, ?>> together = gathered;
        gathered = new ArrayList<>();
        together.removeIf(reading -> !reading.send());
        if (!together.isEmpty()) {
            asked.put(++asks, together);
            ask.accept(asks);
        }
    }

    void answered(long number, long index) {
        List<Reading<M, ?>> readings = asked.remove(number);
        if (readings != null) {
            readings.forEach(reading -> waiting.add(new Waiting<>(index, reading)));
        }
    }

    void refused(long number, String why) {
        List<Reading<M, ?>> readings = asked.remove(number);
        if (readings != null) {
            readings.forEach(reading -> reading.refuse(why));
        }
    }

    void runUpTo(long applied, M machine) {
        for (Waiting<M> next = waiting.peek(); next != null && next.index <= applied; next = waiting.peek()) {
            waiting.remove();
            next.reading.run(machine);
        }
    }

    void forgetDone() {
        asked.values().removeIf(readings -> readings.stream().allMatch(Request::isDone));
        waiting.removeIf(each -> each.reading.isDone());
    }
}
