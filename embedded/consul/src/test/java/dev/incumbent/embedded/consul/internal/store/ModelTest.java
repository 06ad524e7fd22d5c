package dev.incumbent.embedded.consul.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random Txns and ends of sessions against a model that copies everything before it begins: what is rolled back, who holds what, and
 * what a snapshot keeps. A seed is printed; {@code -Dseed=N} replays it.
 */
class ModelTest {

    private static final int RUNS = 60;
    private static final int STEPS = 60;
    private static final List<String> KEYS = List.of("a", "a/b", "a/c", "ab", "b", "b/a");
    private static final List<String> VERBS = List.of(
            "set",
            "set",
            "cas",
            "lock",
            "lock",
            "unlock",
            "delete",
            "delete-cas",
            "delete-tree",
            "check-index",
            "check-session",
            "check-not-exists",
            "get");

    private final long seed = Long.getLong("seed", System.nanoTime());

    @Test
    void shouldDoAsTheModelDoes() {
        System.out.println("model, seed " + seed);
        for (int run = 0; run < RUNS; run++) {
            new Run(new Random(seed + run)).go();
        }
    }

    private final class Run {
        private final Random random;
        private final Machine machine = new Machine();
        private final List<String> sessions = new ArrayList<>();
        private Map<String, Entry> model = new TreeMap<>();
        private int made;

        Run(Random random) {
            this.random = random;
        }

        void go() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(8)) {
                    case 0 -> sessions.add(machine.session("s" + made++, random.nextBoolean(), 0));
                    case 1 -> destroy();
                    case 2 -> {
                        List<byte[]> snapshot = machine.state.snapshot();
                        machine.state.restore(machine.index, snapshot);
                        assertThat(machine.state.snapshot())
                                .usingRecursiveComparison()
                                .isEqualTo(snapshot);
                    }
                    default -> txn();
                }
                assertThat(new ArrayList<>(machine.state.tree("")))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(new ArrayList<>(model.values()));
            }
        }

        private void destroy() {
            if (sessions.isEmpty()) {
                return;
            }
            String id = sessions.remove(random.nextInt(sessions.size()));
            boolean deletes = machine.state.session(id).orElseThrow().deletes();
            machine.apply(new Command.DestroySession(id));
            if (deletes) {
                model.values().removeIf(entry -> entry.session().equals(id));
            } else {
                model.replaceAll((key, entry) -> entry.session().equals(id) ? entry.releasedAt(machine.index) : entry);
            }
        }

        private void txn() {
            List<KvOp> operations = new ArrayList<>();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                operations.add(operation());
            }
            Map<String, Entry> copy = new TreeMap<>(model);
            long index = machine.index + 1;
            boolean all = true;
            for (KvOp op : operations) {
                all &= perform(op, copy, index);
            }
            Reply reply = machine.apply(new Command.Txn(operations, Long.MAX_VALUE));
            assertThat(reply instanceof Reply.Results)
                    .as("seed %d: %s", seed, operations)
                    .isEqualTo(all);
            if (all) {
                model = copy;
            }
        }

        private KvOp operation() {
            String key = KEYS.get(random.nextInt(KEYS.size()));
            Entry entry = model.get(key);
            long index = entry != null && random.nextInt(3) > 0 ? entry.modifyIndex() : random.nextInt(4);
            String session = sessions.isEmpty() || random.nextInt(8) == 0
                    ? Machine.id("none")
                    : sessions.get(random.nextInt(sessions.size()));
            return new KvOp(
                    VERBS.get(random.nextInt(VERBS.size())),
                    key,
                    "v" + random.nextInt(3),
                    random.nextInt(2),
                    session,
                    index);
        }

        /** The rules, written down once more, without regard for cost. */
        private boolean perform(KvOp op, Map<String, Entry> on, long index) {
            Entry before = on.get(op.key());
            long modified = before == null ? 0 : before.modifyIndex();
            String holder = before == null ? "" : before.session();
            switch (op.verb()) {
                case "cas", "set" -> {
                    if (op.verb().equals("cas") && modified != op.index()) {
                        return false;
                    }
                    write(on, op, holder, 0, index);
                }
                case "lock" -> {
                    if (!sessions.contains(op.session()) || !(holder.isEmpty() || holder.equals(op.session()))) {
                        return false;
                    }
                    long locks = before == null ? 0 : before.lockIndex();
                    write(on, op, op.session(), holder.isEmpty() ? locks + 1 : locks, index);
                }
                case "unlock" -> {
                    if (before == null || !holder.equals(op.session())) {
                        return false;
                    }
                    write(on, op, "", before.lockIndex(), index);
                }
                case "delete" -> on.remove(op.key());
                case "delete-cas" -> {
                    if (before != null && modified != op.index()) {
                        return false;
                    }
                    on.remove(op.key());
                }
                case "delete-tree" -> on.keySet().removeIf(key -> key.startsWith(op.key()));
                case "check-index" -> {
                    return before != null && modified == op.index();
                }
                case "check-session" -> {
                    return before != null && holder.equals(op.session());
                }
                case "check-not-exists" -> {
                    return before == null;
                }
                default -> {
                    return before != null;
                }
            }
            return true;
        }

        private static void write(Map<String, Entry> on, KvOp op, String session, long lockIndex, long index) {
            Entry before = on.get(op.key());
            long created = before == null ? index : before.createIndex();
            Entry after = new Entry(op.key(), op.value(), op.flags(), session, lockIndex, created, index);
            boolean same = before != null
                    && before.equals(new Entry(
                            op.key(), op.value(), op.flags(), session, lockIndex, created, before.modifyIndex()));
            if (!same) {
                on.put(op.key(), after);
            }
        }
    }
}
