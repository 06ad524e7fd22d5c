package dev.incumbent.embedded.etcd.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.ExpiredLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random commands to the machine and to {@link ReferenceModel}: every reply, every read, the whole history, all leases. Now and
 * then the machine is exchanged for one that was restored from its snapshot, which has to make no difference.
 *
 * <p>A failure names its seed; {@code -Dstore.seed=N} runs that one alone, {@code -Dstore.seeds=N} so many.
 */
class ModelTest {

    private static final int SEEDS = Integer.getInteger("store.seeds", 100);
    private static final int COMMANDS = 60;

    /** The machine, exchanged at random for its own restored snapshot. */
    private static class Machine implements Subject {
        private EtcdMachine machine = new EtcdMachine();

        @Override
        public Reply apply(long index, Command command) {
            return machine.apply(index, RandomCommands.TERM, command);
        }

        @Override
        public Reply range(RangeRequest request) {
            return machine.range(request, Caller.NOBODY);
        }

        @Override
        public List<Revision> changes(long fromRevision) {
            return machine.changes(fromRevision, Integer.MAX_VALUE);
        }

        @Override
        public List<LeaseInfo> leases() {
            return machine.leases();
        }

        @Override
        public long compacted() {
            return machine.compactedRevision();
        }

        void restart() {
            EtcdMachine restored = new EtcdMachine();
            restored.restore(1, machine.snapshot());
            assertThat(restored.hash()).isEqualTo(machine.hash());
            assertThat(restored.hashKv(0)).isEqualTo(machine.hashKv(0));
            machine = restored;
        }
    }

    /** Machines with a fault each, that the comparison has to find. */
    private enum Mutant {
        COMPACTS_ONE_MORE {
            @Override
            Command spoil(Command command, List<LeaseInfo> leases) {
                long revision = command.getCompact().getRevision();
                return command.hasCompact() && revision > 1
                        ? command.toBuilder()
                                .setCompact(command.getCompact().toBuilder().setRevision(revision - 1))
                                .build()
                        : command;
            }
        },
        FORGETS_THE_LEASE_OF_A_PUT {
            @Override
            Command spoil(Command command, List<LeaseInfo> leases) {
                return command.hasPut()
                        ? command.toBuilder()
                                .setPut(command.getPut().toBuilder().clearLease())
                                .build()
                        : command;
            }
        },
        EXPIRES_WHATEVER_HAS_THE_ID {
            @Override
            Command spoil(Command command, List<LeaseInfo> leases) {
                Command.Builder spoiled = command.toBuilder();
                for (ExpiredLease.Builder lease :
                        spoiled.getExpireLeasesBuilder().getLeasesBuilderList()) {
                    leases.stream()
                            .filter(grant -> grant.id() == lease.getId())
                            .findAny()
                            .ifPresent(grant -> lease.setGrantedIndex(grant.grantedIndex()));
                }
                return command.hasExpireLeases() ? spoiled.build() : command;
            }
        },
        EXPIRES_IN_ANY_TERM {
            @Override
            Command spoil(Command command, List<LeaseInfo> leases) {
                return command.hasExpireLeases()
                        ? command.toBuilder()
                                .setExpireLeases(
                                        command.getExpireLeases().toBuilder().setTerm(RandomCommands.TERM))
                                .build()
                        : command;
            }
        },
        SPLITS_A_REVISION_FOR_WATCHERS {
            @Override
            List<Revision> spoil(List<Revision> changes) {
                return changes.stream()
                        .map(revision -> new Revision(
                                revision.revision(), revision.changes().subList(0, 1)))
                        .toList();
            }
        },
        SHOWS_THE_NEWEST_FOR_THE_PAST {
            @Override
            RangeRequest spoil(RangeRequest request) {
                return request.toBuilder()
                        .setRevision(Math.min(0, request.getRevision()))
                        .build();
            }
        },
        LIMITS_BEFORE_IT_FILTERS {
            @Override
            RangeRequest spoil(RangeRequest request) {
                boolean limited =
                        request.getLimit() > 0 && !request.getRangeEnd().isEmpty();
                return limited && request.getMinModRevision() > 0
                        ? request.toBuilder()
                                .setRangeEnd(request.getKey().concat(ByteString.copyFromUtf8("\1")))
                                .build()
                        : request;
            }
        };

        Command spoil(Command command, List<LeaseInfo> leases) {
            return command;
        }

        RangeRequest spoil(RangeRequest request) {
            return request;
        }

        List<Revision> spoil(List<Revision> changes) {
            return changes;
        }
    }

    private static final class SpoiltMachine extends Machine {
        private final Mutant mutant;

        SpoiltMachine(Mutant mutant) {
            this.mutant = mutant;
        }

        @Override
        public Reply apply(long index, Command command) {
            return super.apply(index, mutant.spoil(command, leases()));
        }

        @Override
        public Reply range(RangeRequest request) {
            return super.range(mutant.spoil(request));
        }

        @Override
        public List<Revision> changes(long fromRevision) {
            return mutant.spoil(super.changes(fromRevision));
        }
    }

    @Test
    void shouldDoWhatTheModelDoes() {
        Long only = Long.getLong("store.seed");
        int compared = 0;
        for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
            List<String> done = new ArrayList<>();
            Optional<String> difference = difference(seed, Machine::new, done);
            if (difference.isPresent()) {
                fail("seed %d: %s\nafter:\n%s", seed, difference.get(), String.join("\n", done));
            }
            compared += done.size();
        }
        assertThat(compared).isEqualTo(only == null ? SEEDS * COMMANDS : COMMANDS);
    }

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void shouldFindAMachineWithAFault(Mutant mutant) {
        for (long seed = 0; seed < SEEDS; seed++) {
            if (difference(seed, () -> new SpoiltMachine(mutant), new ArrayList<>())
                    .isPresent()) {
                return;
            }
        }
        fail("%s went unnoticed", mutant);
    }

    private static Optional<String> difference(long seed, Supplier<Machine> machines, List<String> done) {
        RandomCommands random = new RandomCommands(seed);
        ReferenceModel model = new ReferenceModel();
        Machine machine = machines.get();
        long revision = 1;
        for (long index = 1; index <= COMMANDS; index++) {
            Command command = random.command(revision, index);
            done.add(command.toString().replaceAll("\\s+", " "));
            Reply expected = model.apply(index, command);
            Reply actual = machine.apply(index, command);
            revision = expected.revision();
            if (!actual.equals(expected)) {
                return Optional.of("replied " + actual + " instead of " + expected);
            }
            if (random.once(10)) {
                machine.restart();
            }
            Optional<String> difference = readDifference(random, model, machine, revision);
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> readDifference(
            RandomCommands random, Subject model, Subject machine, long revision) {
        for (int i = 0; i < 3; i++) {
            RangeRequest range = random.range(revision);
            Reply expected = model.range(range);
            Reply actual = machine.range(range);
            if (!actual.equals(expected)) {
                return Optional.of("read " + actual + " instead of " + expected + " for " + range);
            }
        }
        if (machine.compacted() != model.compacted()) {
            return Optional.of("compacted to " + machine.compacted() + " instead of " + model.compacted());
        }
        long from = random.between(Math.max(model.compacted(), 0), revision + 1);
        List<Revision> expected = model.changes(from);
        List<Revision> actual = machine.changes(from);
        if (!actual.equals(expected)) {
            return Optional.of("told " + actual + " instead of " + expected + " from " + from);
        }
        return machine.leases().equals(model.leases())
                ? Optional.empty()
                : Optional.of("has leases " + machine.leases() + " instead of " + model.leases());
    }
}
