package dev.incumbent.testkit.linearizability;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Takes down what concurrent clients ask and are answered, per key. Instants are the numbers of one counter that is raised at
 * each call and each return: no two are the same, whatever a clock's resolution. Thread-safe.
 *
 * @param <K> the keys, each an object of its own
 * @param <I> what can be asked
 * @param <O> what can be answered
 */
public final class HistoryRecorder<K, I, O> {

    private final AtomicLong instants = new AtomicLong();
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();

    /** A recorder of a new history. */
    public HistoryRecorder() {}

    /** Notes that a client is about to ask. To be called before the request is sent. */
    public Call call(int process, K key, I input) {
        Call call = new Call(process, key, input, instants.incrementAndGet());
        calls.add(call);
        return call;
    }

    /** One call; its end is noted once. A call that has none is open. */
    public final class Call {
        private final int process;
        private final K key;
        private final I input;
        private final long called;
        private final AtomicReference<State<O>> state = new AtomicReference<>(new State.Unknown<>());

        private Call(int process, K key, I input, long called) {
            this.process = process;
            this.key = key;
            this.input = input;
            this.called = called;
        }

        /** The answer came. */
        public void answered(O output) {
            state.set(new State.Answered<>(output, instants.incrementAndGet()));
        }

        /** It is certain that the call had no effect and never will: it is left out. An uncertain one is to stay open. */
        public void failedForCertain() {
            state.set(new State.Dropped<>());
        }
    }

    private sealed interface State<O> {
        record Unknown<O>() implements State<O> {}

        record Dropped<O>() implements State<O> {}

        record Answered<O>(O output, long returned) implements State<O> {}
    }

    /** The history up to now, each key's operations in the order of their calls. */
    public Map<K, List<Operation<I, O>>> byKey() {
        Map<K, List<Operation<I, O>>> byKey = new LinkedHashMap<>();
        for (Call call : calls) {
            List<Operation<I, O>> operations = byKey.computeIfAbsent(call.key, key -> new ArrayList<>());
            State<O> state = call.state.get();
            if (state instanceof State.Answered<O> answered) {
                operations.add(Operation.completed(
                        call.process, call.input, answered.output(), call.called, answered.returned()));
            } else if (state instanceof State.Unknown<O>) {
                operations.add(Operation.open(call.process, call.input, call.called));
            }
        }
        return byKey;
    }

    /** The operations of all keys. */
    public List<Operation<I, O>> all() {
        return byKey().values().stream().flatMap(List::stream).toList();
    }
}
