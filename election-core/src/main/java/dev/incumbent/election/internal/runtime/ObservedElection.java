package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.ElectionEvent;
import dev.incumbent.election.ElectionObserver;
import dev.incumbent.election.Observation;
import dev.incumbent.election.internal.machine.Lease;
import dev.incumbent.election.internal.machine.SessionPhase;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Subscription;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One election as this process observes it: one subscription at the coordinator, however many observers.
 *
 * <p>What was seen counts as certain only while the session is renewed: a dead connection looks like an election in which
 * nothing happens.
 */
final class ObservedElection {

    private static final Logger log = LoggerFactory.getLogger(ObservedElection.class);

    private final CoordinatedClient client;
    private final String election;
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    // Touched on the event loop only.
    private Subscription subscription = () -> {};
    private Subscription retry = () -> {};
    private long generation;
    private boolean subscribed;
    private int failures;

    private volatile ElectionEvent current;
    private volatile long certainAt;

    ObservedElection(CoordinatedClient client, String election) {
        this.client = client;
        this.election = election;
        this.certainAt = client.runtime().ticker().wallMillis();
        this.current = new ElectionEvent.Unknown(Instant.ofEpochMilli(certainAt));
    }

    Observation add(ElectionObserver observer) {
        Watcher watcher = new Watcher(observer);
        client.runtime().loop().execute(() -> {
            watchers.add(watcher);
            watcher.tell(current);
            subscribe();
        });
        return watcher;
    }

    private void subscribe() {
        if (!subscribed && !watchers.isEmpty()) {
            subscribed = true;
            retry.close();
            generation++;
            subscription = client.coordinator().observe(election, new Sink(generation));
        }
    }

    private void unsubscribe() {
        if (subscribed) {
            subscribed = false;
            generation++;
            subscription.close();
        }
        retry.close();
    }

    void stop() {
        unsubscribe();
        watchers.clear();
    }

    void onSessionCertain() {
        if (client.keeper().state().phase() == SessionPhase.OPEN) {
            subscribe();
        }
    }

    void onSessionDoubtful(String reason) {
        unsubscribe();
        unknown(reason);
    }

    private void onHead(Optional<CandidateInfo> head) {
        failures = 0;
        certainAt = client.runtime().ticker().wallMillis();
        publish(head.<ElectionEvent>map(ElectionEvent.Elected::new).orElseGet(ElectionEvent.Vacant::new));
    }

    private void onBroken(String reason) {
        subscribed = false;
        failures++;
        unknown(reason);
        double jitter = client.runtime().random().nextDouble();
        retry = client.runtime().loop().schedule(this::subscribe, client.backoffNanos(failures, jitter));
    }

    private void unknown(String reason) {
        if (!(current instanceof ElectionEvent.Unknown)) {
            log.debug("{}: the leader is unknown: {}", election, reason);
            Lease lease = client.keeper().lease();
            long renewedAt = lease == null ? certainAt : lease.countedFrom().wallMillis();
            publish(new ElectionEvent.Unknown(Instant.ofEpochMilli(Math.max(certainAt, renewedAt))));
        }
    }

    private void publish(ElectionEvent event) {
        if (!event.equals(current)) {
            current = event;
            watchers.forEach(watcher -> watcher.tell(event));
        }
    }

    /** Drops what an earlier subscription still reports. */
    private final class Sink implements ObservationSink {

        private final long ofGeneration;

        Sink(long ofGeneration) {
            this.ofGeneration = ofGeneration;
        }

        @Override
        public void head(Optional<CandidateInfo> head) {
            onLoop(() -> onHead(head));
        }

        @Override
        public void broken(String reason) {
            onLoop(() -> onBroken(reason));
        }

        private void onLoop(Runnable task) {
            client.runtime().loop().execute(() -> {
                if (subscribed && generation == ofGeneration) {
                    task.run();
                }
            });
        }
    }

    private final class Watcher implements Observation {

        private final ElectionObserver observer;
        private final SerialCallbacks callbacks;
        private volatile boolean closed;

        Watcher(ElectionObserver observer) {
            this.observer = observer;
            this.callbacks = new SerialCallbacks(client.runtime().callbacks(), "an observer of " + election);
        }

        void tell(ElectionEvent event) {
            callbacks.submit(() -> {
                if (!closed) {
                    observer.onEvent(event);
                }
            });
        }

        @Override
        public ElectionEvent current() {
            return current;
        }

        @Override
        public void close() {
            closed = true;
            client.runtime().loop().execute(() -> {
                watchers.remove(this);
                if (watchers.isEmpty()) {
                    unsubscribe();
                }
            });
        }
    }
}
