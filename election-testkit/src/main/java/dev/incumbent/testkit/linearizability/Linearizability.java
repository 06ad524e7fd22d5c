package dev.incumbent.testkit.linearizability;

import static java.util.Comparator.comparing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search for an order of operations that a {@link Model} could have answered so.
 *
 * <p>Calls and returns stand in one list in the order of time. From its front on, any operation whose call comes before the
 * first return may be next. One that the model allows is taken out of the list and the search starts again at the front;
 * when it meets a return, its operation should have been next already, so the latest choice was wrong and is put back.
 * A pair of (operations taken out, state) that was tried before leads nowhere new (Lowe). An open operation has no return:
 * it can be next at any time, and need not be taken out at all.
 */
public final class Linearizability {

    private Linearizability() {}

    /**
     * Judges the operations of one object.
     *
     * @param mostSteps how many steps of the model to try; the memory that is needed grows with them
     */
    public static <S, I, O> Verdict<I, O> check(
            Model<S, I, O> model, List<Operation<I, O>> operations, long mostSteps) {
        return new Search<>(model, operations).run(mostSteps);
    }

    /** A call, or a return, in the list. */
    private static final class Event {
        final int operation;
        final @Nullable Event itsReturn;
        final boolean isCall;

        @Nullable
        Event previous;

        @Nullable
        Event next;

        Event(int operation, boolean isCall, @Nullable Event itsReturn) {
            this.operation = operation;
            this.isCall = isCall;
            this.itsReturn = itsReturn;
        }

        void unlink() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        void relink() {
            if (previous != null) {
                previous.next = this;
            }
            if (next != null) {
                next.previous = this;
            }
        }
    }

    private record Choice<S>(Event call, S stateBefore) {}

    private record Configuration<S>(BitSet taken, S state) {}

    private static final class Search<S, I, O> {
        private final Model<S, I, O> model;
        private final List<Operation<I, O>> operations;
        private final Event front = new Event(-1, false, null);
        private final Set<Configuration<S>> seen = new HashSet<>();
        private final Deque<Choice<S>> choices = new ArrayDeque<>();
        private final BitSet taken;
        private S state;
        private int returnsLeft;
        private List<Operation<I, O>> longest = List.of();
        private List<Operation<I, O>> stuckThere = List.of();

        Search(Model<S, I, O> model, List<Operation<I, O>> operations) {
            this.model = model;
            this.operations = operations;
            this.taken = new BitSet(operations.size());
            this.state = model.initial();
            link();
        }

        private record At(long instant, Event event) {}

        private void link() {
            List<At> events = new ArrayList<>();
            for (int i = 0; i < operations.size(); i++) {
                Operation<I, O> operation = operations.get(i);
                Event itsReturn = operation.isOpen() ? null : new Event(i, false, null);
                events.add(new At(operation.called(), new Event(i, true, itsReturn)));
                if (itsReturn != null) {
                    events.add(new At(operation.returned(), itsReturn));
                    returnsLeft++;
                }
            }
            // Of one instant the calls come first: then the two operations overlap, and either order is allowed.
            events.sort(comparing(At::instant).thenComparing(at -> !at.event().isCall));
            Event last = front;
            for (At at : events) {
                last.next = at.event();
                at.event().previous = last;
                last = at.event();
            }
        }

        Verdict<I, O> run(long mostSteps) {
            long steps = 0;
            Event event = front.next;
            while (returnsLeft > 0) {
                if (event == null || !event.isCall) {
                    note();
                    event = undo();
                    if (event == null) {
                        return new Verdict.NotLinearizable<>(longest, stuckThere);
                    }
                    event = event.next;
                } else if (steps++ >= mostSteps) {
                    return new Verdict.Undecided<>(steps - 1);
                } else {
                    event = take(event) ? front.next : event.next;
                }
            }
            return new Verdict.Linearizable<>(order());
        }

        /** Makes an operation the next one, if the model allows it and that was not tried before. */
        private boolean take(Event call) {
            Operation<I, O> operation = operations.get(call.operation);
            Optional<S> next = model.step(state, operation.input(), operation.output());
            // An open operation that changes nothing need not have happened.
            if (next.isEmpty() || (operation.isOpen() && next.get().equals(state))) {
                return false;
            }
            taken.set(call.operation);
            if (!seen.add(new Configuration<>((BitSet) taken.clone(), next.get()))) {
                taken.clear(call.operation);
                return false;
            }
            choices.push(new Choice<>(call, state));
            state = next.get();
            call.unlink();
            if (call.itsReturn != null) {
                call.itsReturn.unlink();
                returnsLeft--;
            }
            return true;
        }

        /** Takes the latest choice back and names it; null if there is none left. */
        private @Nullable Event undo() {
            if (choices.isEmpty()) {
                return null;
            }
            Choice<S> latest = choices.pop();
            Event call = latest.call();
            if (call.itsReturn != null) {
                call.itsReturn.relink();
                returnsLeft++;
            }
            call.relink();
            taken.clear(call.operation);
            state = latest.stateBefore();
            return call;
        }

        /** Remembers the best dead end, for the message. */
        private void note() {
            if (choices.size() > longest.size() || stuckThere.isEmpty()) {
                longest = order();
                List<Operation<I, O>> stuck = new ArrayList<>();
                for (Event event = front.next; event != null && event.isCall; event = event.next) {
                    stuck.add(operations.get(event.operation));
                }
                stuckThere = List.copyOf(stuck);
            }
        }

        private List<Operation<I, O>> order() {
            List<Operation<I, O>> order = new ArrayList<>();
            choices.descendingIterator().forEachRemaining(choice -> order.add(operations.get(choice.call().operation)));
            return List.copyOf(order);
        }
    }
}
