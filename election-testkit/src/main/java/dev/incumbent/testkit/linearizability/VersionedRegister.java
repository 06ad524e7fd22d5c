package dev.incumbent.testkit.linearizability;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One key of a store that gives each change a higher revision: etcd's {@code mod_revision}, Consul's {@code ModifyIndex}.
 *
 * <p>The revisions are part of the model. A change that is answered must have a revision above the register's last, and a
 * read must see value and revision that belong together. The revision of a change whose answer was lost is not known until
 * a read shows it. Histories are checked quickest if every write writes a value of its own.
 */
public final class VersionedRegister implements Model<VersionedRegister.State, RegisterInput, RegisterOutput> {

    /**
     * What is there.
     *
     * @param value the value, if there is one
     * @param revision of the last change, or the last one known; the register's own is not below
     * @param exact whether that is the register's own
     */
    public record State(Optional<String> value, long revision, boolean exact) {}

    /** The model. */
    public VersionedRegister() {}

    /**
     * The operations without the open writes whose value no read saw. An open operation need not have happened, so an order
     * of these is one of all; that there is none does not say that there is none of all, since such a write may be what made
     * a comparison fail.
     */
    public static List<Operation<RegisterInput, RegisterOutput>> withoutUnseen(
            List<Operation<RegisterInput, RegisterOutput>> operations) {
        Set<String> seen = new HashSet<>();
        for (Operation<RegisterInput, RegisterOutput> operation : operations) {
            if (operation.output().orElse(null) instanceof RegisterOutput.Found found) {
                found.value().ifPresent(seen::add);
            }
        }
        return operations.stream()
                .filter(operation -> !operation.isOpen() || seen.contains(written(operation.input())))
                .toList();
    }

    private static String written(RegisterInput input) {
        if (input instanceof RegisterInput.Write write) {
            return write.value();
        }
        return input instanceof RegisterInput.CompareAndSet swap ? swap.value() : "";
    }

    @Override
    public State initial() {
        return new State(Optional.empty(), 0, true);
    }

    @Override
    public Optional<State> step(State state, RegisterInput input, Optional<RegisterOutput> output) {
        if (input instanceof RegisterInput.Read) {
            return output.isEmpty() ? Optional.of(state) : read(state, output.get());
        } else if (input instanceof RegisterInput.Write write) {
            return output.isEmpty()
                    ? changedSomewhen(state, Optional.of(write.value()))
                    : changed(state, Optional.of(write.value()), output.get());
        } else if (input instanceof RegisterInput.Delete) {
            return delete(state, output);
        } else if (input instanceof RegisterInput.CompareAndSet swap) {
            return compareAndSet(state, swap, output);
        }
        throw new IllegalStateException("an input that is none of four: " + input);
    }

    private static Optional<State> read(State state, RegisterOutput output) {
        if (!(output instanceof RegisterOutput.Found found) || !found.value().equals(state.value())) {
            return Optional.empty();
        }
        if (state.value().isEmpty()) {
            return found.revision() == 0 && found.storeRevision() >= state.revision()
                    ? Optional.of(state)
                    : Optional.empty();
        }
        boolean fits = state.exact() ? found.revision() == state.revision() : found.revision() > state.revision();
        return fits && found.storeRevision() >= found.revision()
                ? Optional.of(new State(state.value(), found.revision(), true))
                : Optional.empty();
    }

    private static Optional<State> changed(State state, Optional<String> value, RegisterOutput output) {
        return output instanceof RegisterOutput.Changed changed && changed.storeRevision() > state.revision()
                ? Optional.of(new State(value, changed.storeRevision(), true))
                : Optional.empty();
    }

    private static Optional<State> changedSomewhen(State state, Optional<String> value) {
        return Optional.of(new State(value, state.revision(), false));
    }

    private static Optional<State> delete(State state, Optional<RegisterOutput> output) {
        if (state.value().isEmpty()) {
            boolean fits = output.isEmpty() || output.get() instanceof RegisterOutput.Unchanged;
            return fits ? Optional.of(state) : Optional.empty();
        }
        return output.isEmpty()
                ? changedSomewhen(state, Optional.empty())
                : changed(state, Optional.empty(), output.get());
    }

    private static Optional<State> compareAndSet(
            State state, RegisterInput.CompareAndSet swap, Optional<RegisterOutput> output) {
        boolean mayFit = state.value().isEmpty()
                ? swap.revision() == 0
                : state.exact() ? swap.revision() == state.revision() : swap.revision() > state.revision();
        boolean mayFail = state.value().isEmpty() ? swap.revision() != 0 : !state.exact() || !mayFit;
        if (output.isEmpty()) {
            // Where the state does not say whether it fitted, "it did" leads on, and "it did not" is the same as never.
            return mayFit ? changedSomewhen(state, Optional.of(swap.value())) : Optional.of(state);
        }
        if (output.get() instanceof RegisterOutput.Unchanged) {
            return mayFail ? Optional.of(state) : Optional.empty();
        }
        return mayFit ? changed(state, Optional.of(swap.value()), output.get()) : Optional.empty();
    }
}
