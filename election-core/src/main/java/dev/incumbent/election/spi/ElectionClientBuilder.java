package dev.incumbent.election.spi;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.internal.runtime.SingleThreadLoop;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What every adapter's builder has in common: timing, clocks, executors, the candidate's name.
 *
 * @param <B> the adapter's builder
 */
public abstract class ElectionClientBuilder<B extends ElectionClientBuilder<B>> {

    private static final AtomicInteger CLIENTS = new AtomicInteger();

    private ElectionConfig config = ElectionConfig.builder().build();
    private @Nullable CandidateId candidateId;
    private Ticker ticker = SystemTicker.INSTANCE;
    private @Nullable Executor callbackExecutor;
    private @Nullable RandomGenerator random;

    /** Starts from the defaults. */
    protected ElectionClientBuilder() {}

    /**
     * Connects, in the background.
     *
     * @param config the timing; to be checked against the coordinator's bounds here
     * @param ticker the clocks that stamps are to be taken from
     * @return the coordinator
     */
    protected abstract Coordinator coordinator(ElectionConfig config, Ticker ticker);

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    /**
     * Sets the session's time to live and derives all other timing from it; see {@link ElectionConfig#forTtl}.
     *
     * @param ttl the time to live
     * @return this
     */
    public final B leaseTtl(Duration ttl) {
        this.config = ElectionConfig.forTtl(ttl);
        return self();
    }

    /**
     * Sets all timing.
     *
     * @param timing the configuration
     * @return this
     */
    public final B config(ElectionConfig timing) {
        this.config = Objects.requireNonNull(timing, "timing");
        return self();
    }

    /**
     * Names this process as a candidate; by default {@code pid@host}.
     *
     * @param id the name
     * @return this
     */
    public final B candidateId(String id) {
        this.candidateId = new CandidateId(id);
        return self();
    }

    /**
     * Replaces the clocks, for tests.
     *
     * @param clocks the clocks
     * @return this
     */
    public final B ticker(Ticker clocks) {
        this.ticker = Objects.requireNonNull(clocks, "clocks");
        return self();
    }

    /**
     * Runs listeners, health checks and leader work on the caller's executor, which stays the caller's to close. It must be
     * able to run as many tasks at once as there are candidacies with slow callbacks. By default daemon threads are made
     * as needed.
     *
     * @param executor the executor
     * @return this
     */
    public final B callbackExecutor(Executor executor) {
        this.callbackExecutor = Objects.requireNonNull(executor, "executor");
        return self();
    }

    /**
     * Replaces the source of identities and jitter, for tests. Two clients must never share a sequence.
     *
     * @param generator the source
     * @return this
     */
    public final B random(RandomGenerator generator) {
        this.random = Objects.requireNonNull(generator, "generator");
        return self();
    }

    /**
     * Starts the client. Does not wait for the coordinator.
     *
     * @return the client, to be closed by the caller
     * @throws dev.incumbent.election.ElectionConfigException if the timing does not fit the coordinator
     */
    public final ElectionClient build() {
        Coordinator coordinator = coordinator(config, ticker);
        String name = "incumbent-" + coordinator.traits().backend() + "-" + CLIENTS.incrementAndGet();
        Executor callbacks = callbackExecutor;
        if (callbacks == null) {
            callbacks = Executors.newCachedThreadPool(SingleThreadLoop.daemons(name + "-callback"));
        }
        ElectionRuntime runtime = new ElectionRuntime(
                ticker,
                new SingleThreadLoop(name),
                callbacks,
                callbackExecutor == null,
                random != null ? random : new java.security.SecureRandom(),
                candidateId != null
                        ? candidateId
                        : new CandidateId(ManagementFactory.getRuntimeMXBean().getName()));
        return ElectionClients.create(coordinator, config, runtime);
    }
}
