package dev.incumbent.testkit.memory;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.ElectionClientBuilder;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.store.EntryStore;
import dev.incumbent.testkit.store.Hand;
import dev.incumbent.testkit.store.StoreChange;
import dev.incumbent.testkit.store.StoreListener;
import dev.incumbent.testkit.store.StoreStyle;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * A coordinator in memory: elections among clients of one process, for unit tests.
 *
 * <pre>{@code
 * try (InMemoryElections elections = InMemoryElections.create();
 *         ElectionClient client = elections.client().leaseTtl(Duration.ofSeconds(1)).build()) {
 *     Leadership leadership = client.election("billing").campaign().awaitLeadership();
 * }
 * }</pre>
 *
 * <p>Sessions live and lapse in real time. {@link #expire} and {@link #deleteFirst} do what a coordinator or an operator may
 * do at any time, so that an application's answer to a lost leadership can be tested.
 *
 * <h2>Guarantees</h2>
 *
 * Linearizable: every request is one step on one thread. Meets {@code CoordinatorContractTest}.
 *
 * <h2>Does not guarantee</h2>
 *
 * Anything across processes, and nothing outlives this object. Not for production.
 */
public final class InMemoryElections implements AutoCloseable {

    private static final long ANSWER_SECONDS = 30;

    private final ScheduledThreadPoolExecutor server;
    private final EntryStore store;
    private final List<StoreListener> streams = new CopyOnWriteArrayList<>();

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "in-memory-coordinator");
        thread.setDaemon(true);
        return thread;
    }

    private InMemoryElections(StoreStyle style) {
        server = new ScheduledThreadPoolExecutor(1, InMemoryElections::daemon);
        server.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        server.setRemoveOnCancelPolicy(true);
        store = new EntryStore(style, UUID.randomUUID(), this::onChange);
    }

    /**
     * Starts an empty coordinator.
     *
     * @return the coordinator, to be closed by the caller, after its clients
     */
    public static InMemoryElections create() {
        return create(StoreStyle.etcd());
    }

    /**
     * Starts an empty coordinator with the habits of a particular kind.
     *
     * @param style the habits
     * @return the coordinator, to be closed by the caller, after its clients
     */
    public static InMemoryElections create(StoreStyle style) {
        return new InMemoryElections(style);
    }

    /**
     * Builds a client; each is a candidate of its own.
     *
     * @return the builder
     */
    public Builder client() {
        return new Builder(this);
    }

    /** Builds one client. */
    public static final class Builder extends ElectionClientBuilder<Builder> {

        private final InMemoryElections elections;

        private Builder(InMemoryElections elections) {
            this.elections = elections;
        }

        @Override
        protected Coordinator coordinator(ElectionConfig config, Ticker ticker) {
            return elections.connect(config, ticker);
        }
    }

    /**
     * Connects below the level of elections, for tests of what uses a {@link Coordinator}.
     *
     * @param config the timing; its time to live is granted as asked
     * @param ticker the clocks that stamps are taken from
     * @return the connection, to be closed by the caller
     */
    public Coordinator connect(ElectionConfig config, Ticker ticker) {
        return new InMemoryCoordinator(this, config.leaseTtl(), ticker);
    }

    /**
     * Ends a session as the coordinator does that has not heard of it for too long.
     *
     * @param session which
     */
    public void expire(SessionId session) {
        ask(store -> store.expire(session, Hand.OPERATOR));
    }

    /**
     * Ends the session of an election's first candidate.
     *
     * @param election the election's name
     * @return the candidate, empty if nobody stood
     */
    public Optional<CandidateInfo> expireFirst(String election) {
        return ask(store -> {
            Optional<CandidateInfo> first = store.head(election);
            store.entries(election).stream()
                    .findFirst()
                    .ifPresent(entry -> store.expire(entry.entry().session(), Hand.OPERATOR));
            return first;
        });
    }

    /**
     * Deletes an entry as an operator does.
     *
     * @param entry which
     */
    public void delete(Entry entry) {
        ask(store -> store.delete(entry));
    }

    /**
     * Deletes the entry of an election's first candidate as an operator does.
     *
     * @param election the election's name
     * @return the candidate, empty if nobody stood
     */
    public Optional<CandidateInfo> deleteFirst(String election) {
        return ask(store -> {
            Optional<CandidateInfo> first = store.head(election);
            store.entries(election).stream().findFirst().ifPresent(entry -> store.delete(entry.entry()));
            return first;
        });
    }

    /**
     * Lists an election's candidates.
     *
     * @param election the election's name
     * @return the candidates, first in line first
     */
    public List<CandidateInfo> candidates(String election) {
        return ask(store -> store.list(election));
    }

    /**
     * Reads what guarded writes left behind.
     *
     * @param key its key
     * @return the bytes, or empty
     */
    public Optional<byte[]> data(String key) {
        return ask(store -> store.data(key));
    }

    /**
     * How many changes were committed so far; renewals are none.
     *
     * @return the number
     */
    public long commits() {
        return ask(EntryStore::commits);
    }

    /** Stops answering. Clients left open find the coordinator unreachable. */
    @Override
    public void close() {
        server.shutdown();
    }

    private <T> T ask(Function<EntryStore, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        server.execute(() -> {
            try {
                answer.complete(question.apply(store));
            } catch (RuntimeException | Error failure) {
                answer.completeExceptionally(failure);
            }
        });
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking the in-memory coordinator", interrupted);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("The in-memory coordinator did not answer", failure);
        }
    }

    /** Runs on the coordinator's own thread; throws if it was closed. */
    void execute(Runnable step) {
        server.execute(step);
    }

    /** Only to be touched in a step. */
    EntryStore store() {
        return store;
    }

    long now() {
        return SystemTicker.INSTANCE.nanoTime();
    }

    /** Makes sure that somebody looks when the next session lapses. */
    void watchExpiry(SessionId session, long ttlNanos) {
        AtomicReference<Runnable> look = new AtomicReference<>();
        look.set(() -> {
            store.expireDue(now());
            if (store.isOpen(session)) {
                long next = store.nextExpiry().orElse(now() + ttlNanos);
                server.schedule(look.get(), Math.max(1, next - now()), TimeUnit.NANOSECONDS);
            }
        });
        server.schedule(look.get(), ttlNanos, TimeUnit.NANOSECONDS);
    }

    void attach(StoreListener stream) {
        streams.add(stream);
    }

    void detach(StoreListener stream) {
        streams.remove(stream);
    }

    private void onChange(StoreChange change) {
        streams.forEach(stream -> stream.onChange(change));
    }
}
