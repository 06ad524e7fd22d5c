package dev.incumbent.embedded.consul.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.embedded.consul.Http;
import dev.incumbent.testkit.linearizability.HistoryRecorder;
import dev.incumbent.testkit.linearizability.Linearizability;
import dev.incumbent.testkit.linearizability.Operation;
import dev.incumbent.testkit.linearizability.RegisterInput;
import dev.incumbent.testkit.linearizability.RegisterOutput;
import dev.incumbent.testkit.linearizability.RevisionOrder;
import dev.incumbent.testkit.linearizability.Verdict;
import dev.incumbent.testkit.linearizability.VersionedRegister;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients, a nemesis, and the verdict on what the clients were told. The nemesis's choices come from a seed
 * ({@code -Dlinearizability.seed=N}); what the clients' threads make of it does not repeat.
 */
final class HistoryRun {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryRun.class);
    private static final int CLIENTS = 6;
    private static final int KEYS = 3;
    /** Clients move on to new keys, which keeps each history short. */
    private static final Duration KEYS_CHANGE = Duration.ofMillis(700);

    private static final Duration THINK = Duration.ofMillis(1);
    private static final long STEPS = 3_000_000;

    private final EmbeddedConsul consul;
    private final String readMode;
    private final HistoryRecorder<String, RegisterInput, RegisterOutput> recorder = new HistoryRecorder<>();
    private final long seed = Long.getLong("linearizability.seed", new Random().nextInt(Integer.MAX_VALUE));
    private final AtomicBoolean over = new AtomicBoolean();
    private final long start = System.nanoTime();

    /** Over a cluster, with reads in this mode. */
    HistoryRun(EmbeddedConsul consul, String readMode) {
        this.consul = consul;
        this.readMode = readMode;
    }

    List<Http> nodes() {
        return consul.httpEndpoints().stream().map(Http::new).toList();
    }

    HistoryRecorder<String, RegisterInput, RegisterOutput> recorder() {
        return recorder;
    }

    /** Lets clients work while faults come and go; fails if what they were told cannot be explained. */
    void run(Duration time, Duration longestFault, Duration calm) throws InterruptedException {
        LOG.info("Nemesis with -Dlinearizability.seed={}", seed);
        List<Http> nodes = nodes();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<Client> clients = new ArrayList<>();
        Nemesis nemesis = new Nemesis(consul, seed, longestFault, calm);
        try {
            for (int i = 1; i <= CLIENTS; i++) {
                Client client = new Client(i, nodes, seed, recorder, readMode);
                clients.add(client);
                threads.execute(() -> work(client));
            }
            nemesis.rageFor(time);
        } finally {
            over.set(true);
            threads.shutdown();
            assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
        long answered = clients.stream().mapToLong(Client::answered).sum();
        LOG.info(
                "{} operations answered, {} open, under {}",
                answered,
                recorder.all().stream().filter(Operation::isOpen).count(),
                nemesis.done());
        assertThat(answered).as("operations that were answered").isGreaterThan(50);
        assertThat(nemesis.done()).isNotEmpty();
        assertLinearizable("seed " + seed + ", faults " + nemesis.done());
    }

    private void work(Client client) {
        Random choice = new Random(seed);
        while (!over.get()) {
            long era = (System.nanoTime() - start) / KEYS_CHANGE.toNanos();
            client.once("era-" + era + "/" + choice.nextInt(KEYS));
            try {
                TimeUnit.NANOSECONDS.sleep(THINK.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    void assertLinearizable(String context) {
        assertThat(violation()).as(context).isEmpty();
    }

    /** What cannot be explained, if anything. */
    Optional<String> violation() {
        for (Map.Entry<String, List<Operation<RegisterInput, RegisterOutput>>> key :
                recorder.byKey().entrySet()) {
            Verdict<RegisterInput, RegisterOutput> verdict = verdict(key.getValue());
            if (!(verdict instanceof Verdict.Linearizable)) {
                return Optional.of(key.getKey() + ": " + verdict);
            }
        }
        // Reads say where their own key changed last, not how far the store has come.
        return RevisionOrder.violation(recorder.all().stream()
                .filter(operation -> operation
                        .output()
                        .filter(RegisterOutput.Changed.class::isInstance)
                        .isPresent())
                .toList());
    }

    private static Verdict<RegisterInput, RegisterOutput> verdict(
            List<Operation<RegisterInput, RegisterOutput>> operations) {
        VersionedRegister model = new VersionedRegister();
        // A lost write that nobody saw need not have happened; without those an order is found sooner, if there is one.
        Verdict<RegisterInput, RegisterOutput> quick =
                Linearizability.check(model, VersionedRegister.withoutUnseen(operations), STEPS);
        return quick instanceof Verdict.Linearizable ? quick : Linearizability.check(model, operations, STEPS);
    }
}
