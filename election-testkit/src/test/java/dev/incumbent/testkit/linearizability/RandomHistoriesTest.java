package dev.incumbent.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Histories made from an order that is known to exist are accepted; the same, with one lie in it, mostly not. */
class RandomHistoriesTest {

    private static final int HISTORIES = 150;
    private static final int LENGTH = 60;
    private static final int CLIENTS = 6;
    private static final long STEPS = 2_000_000;

    private final Random seeds = new Random();

    @Test
    void shouldAcceptEveryHistoryThatAnAtomicRegisterGave() {
        for (int i = 0; i < HISTORIES; i++) {
            long seed = seeds.nextInt(Integer.MAX_VALUE);
            List<Operation<RegisterInput, RegisterOutput>> history = new Generator(seed).history();
            assertThat(Linearizability.check(new VersionedRegister(), history, STEPS))
                    .as("history of seed %d", seed)
                    .isInstanceOf(Verdict.Linearizable.class);
            assertThat(RevisionOrder.violation(history)).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void shouldRejectAReadMadeStaleByMoreThanItsOverlap() {
        int spoilt = 0;
        for (int i = 0; i < HISTORIES; i++) {
            long seed = seeds.nextInt(Integer.MAX_VALUE);
            List<Operation<RegisterInput, RegisterOutput>> history = new ArrayList<>(new Generator(seed).history());
            if (!spoil(history)) {
                continue;
            }
            spoilt++;
            assertThat(Linearizability.check(new VersionedRegister(), history, STEPS))
                    .as("spoilt history of seed %d", seed)
                    .isInstanceOf(Verdict.NotLinearizable.class);
        }
        assertThat(spoilt).isGreaterThan(HISTORIES / 2);
    }

    /** Gives a read the answer of another that returned before a known change, which returned before the read's call. */
    private static boolean spoil(List<Operation<RegisterInput, RegisterOutput>> history) {
        for (int i = history.size() - 1; i >= 0; i--) {
            Operation<RegisterInput, RegisterOutput> late = history.get(i);
            if (!(late.output().orElse(null) instanceof RegisterOutput.Found)) {
                continue;
            }
            Optional<Operation<RegisterInput, RegisterOutput>> change = history.stream()
                    .filter(other -> other.returned() < late.called()
                            && other.output().orElse(null) instanceof RegisterOutput.Changed)
                    .max(Comparator.comparingLong(Operation::called));
            Optional<RegisterOutput> old = change.flatMap(made -> history.stream()
                    .filter(other -> other.returned() < made.called()
                            && other.output().orElse(null) instanceof RegisterOutput.Found found
                            && found.value().isPresent())
                    .findFirst()
                    .flatMap(Operation::output));
            if (old.isPresent()) {
                history.set(
                        i,
                        Operation.completed(late.process(), late.input(), old.get(), late.called(), late.returned()));
                return true;
            }
        }
        return false;
    }

    /** Clients whose operations take effect at a random instant between call and return; some never return. */
    private static final class Generator {
        private final Random random;
        private final List<Operation<RegisterInput, RegisterOutput>> history = new ArrayList<>();
        private Optional<String> value = Optional.empty();
        private long revision;
        private long store = 1;

        Generator(long seed) {
            this.random = new Random(seed);
        }

        private record Planned(int client, RegisterInput input, long called, long effect, long returned) {}

        List<Operation<RegisterInput, RegisterOutput>> history() {
            List<Planned> plans = new ArrayList<>();
            long[] free = new long[CLIENTS];
            for (int i = 0; i < LENGTH; i++) {
                int client = random.nextInt(CLIENTS);
                long called = free[client] + 1 + random.nextInt(10);
                long effect = called + random.nextInt(20);
                long returned = effect + 1 + random.nextInt(20);
                free[client] = returned;
                plans.add(new Planned(client, input(i), called, effect, returned));
            }
            plans.sort(Comparator.comparingLong(Planned::effect));
            plans.forEach(this::happen);
            return history;
        }

        private RegisterInput input(int number) {
            return switch (random.nextInt(6)) {
                case 0, 1 -> new RegisterInput.Write("v" + number);
                case 2 -> new RegisterInput.Delete();
                case 3 -> new RegisterInput.CompareAndSet(random.nextInt(10), "c" + number);
                default -> new RegisterInput.Read();
            };
        }

        private void happen(Planned plan) {
            boolean lost = random.nextInt(12) == 0;
            if (lost && random.nextBoolean()) {
                history.add(Operation.open(plan.client(), plan.input(), plan.called()));
                return;
            }
            RegisterOutput output = perform(plan.input());
            history.add(
                    lost
                            ? Operation.open(plan.client(), plan.input(), plan.called())
                            : Operation.completed(plan.client(), plan.input(), output, plan.called(), plan.returned()));
        }

        private RegisterOutput perform(RegisterInput input) {
            if (input instanceof RegisterInput.Read) {
                return new RegisterOutput.Found(value, value.isPresent() ? revision : 0, store);
            } else if (input instanceof RegisterInput.Write write) {
                return change(Optional.of(write.value()));
            } else if (input instanceof RegisterInput.CompareAndSet swap) {
                long current = value.isPresent() ? revision : 0;
                return swap.revision() == current
                        ? change(Optional.of(swap.value()))
                        : new RegisterOutput.Unchanged(store);
            }
            return value.isPresent() ? change(Optional.empty()) : new RegisterOutput.Unchanged(store);
        }

        private RegisterOutput change(Optional<String> next) {
            value = next;
            revision = ++store;
            return new RegisterOutput.Changed(store);
        }
    }
}
