package dev.incumbent.election.etcd;

import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, renews and ends the one lease of a client.
 *
 * <p>The lease's id is drawn here, from 63 bits. So a grant whose reply was lost can be asked for again: "already exists"
 * says that it took effect, though not when, and a keep-alive then says from when it counts. Touched on the loop only.
 */
final class Sessions {

    private static final Logger log = LoggerFactory.getLogger(Sessions.class);

    /** How often a grant is asked for within one opening. */
    private static final int GRANTS = 3;

    private final Ground ground;
    private final Cluster cluster;
    private final KeepAlives keepAlives;
    private final GenerationKeeper generations;
    private final Views views;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final long ttlSeconds;
    private @Nullable OpenSession session;
    private @Nullable Opening opening;

    Sessions(
            Ground ground,
            KeepAlives keepAlives,
            GenerationKeeper generations,
            Views views,
            Ticker ticker,
            RandomGenerator random,
            long ttlSeconds) {
        this.ground = ground;
        this.cluster = ground.cluster();
        this.keepAlives = keepAlives;
        this.generations = generations;
        this.views = views;
        this.ticker = ticker;
        this.random = random;
        this.ttlSeconds = ttlSeconds;
    }

    /** The session with this id, if it is the open one. */
    @Nullable
    OpenSession find(SessionId id) {
        OpenSession open = session;
        return open != null && !open.isOver() && open.id().equals(id) ? open : null;
    }

    /** An entry has ended, whichever session it was of. */
    void ended(Entry own) {
        OpenSession open = find(own.session());
        if (open != null) {
            open.made().ended(own.key(), own.epoch());
        }
    }

    @Nullable
    OpenSession current() {
        OpenSession open = session;
        return open != null && !open.isOver() ? open : null;
    }

    static <T> Outcome<T> gone(SessionId id) {
        return new Outcome.Refused<>(Refusal.SESSION_GONE, "lease " + id + " is not the open session of this client");
    }

    // ---- opening

    CompletableFuture<Outcome<SessionGrant>> open(SessionSignals signals) {
        OpenSession present = current();
        if (present != null) {
            // The caller gave up waiting for the first answer; what was entered under that lease must stay known.
            present.signals(signals);
            return ground.readOrLay()
                    .thenApply(outcome -> outcome.map(
                            record -> new SessionGrant(present.id(), present.renewal(), record.generation())));
        }
        Opening underWay = opening;
        if (underWay != null) {
            underWay.signals = signals;
            return underWay.result;
        }
        Opening begun = new Opening(signals);
        opening = begun;
        begun.grant(1);
        return begun.result;
    }

    private final class Opening {

        private final CompletableFuture<Outcome<SessionGrant>> result = new CompletableFuture<>();
        private final long lease = random.nextLong(1, Long.MAX_VALUE);
        private SessionSignals signals;

        Opening(SessionSignals signals) {
            this.signals = signals;
        }

        void grant(int number) {
            Stamp before = ticker.stamp();
            LeaseGrantRequest request = LeaseGrantRequest.newBuilder()
                    .setID(lease)
                    .setTTL(ttlSeconds)
                    .build();
            cluster.write(Rpc.GRANT, request).thenAccept(reply -> onGranted(number, before, reply));
        }

        private void onGranted(int number, Stamp before, Reply<LeaseGrantResponse> reply) {
            if (reply.isOk()) {
                Duration ttl = Duration.ofSeconds(reply.get().getTTL());
                readGround(new Renewal(before, ttl));
                return;
            }
            boolean ours = number > 1 && EtcdErrors.isLeaseThere(reply.status());
            // A lease that was granted although the quota is used up is harmless: nobody renews it.
            Outcome<SessionGrant> outcome =
                    EtcdErrors.isFull(reply.status()) ? EtcdErrors.read(reply) : EtcdErrors.write(reply);
            if (ours) {
                keepAlives.renew(lease).thenAccept(renewed -> {
                    if (renewed instanceof Outcome.Done<Renewal> done) {
                        readGround(done.value());
                    } else {
                        finish(EtcdErrors.recast(renewed));
                    }
                });
            } else if (outcome instanceof Outcome.Ambiguous && number < GRANTS) {
                grant(number + 1);
            } else {
                finish(outcome);
            }
        }

        private void readGround(Renewal renewal) {
            ground.readOrLay().thenAccept(outcome -> {
                if (outcome instanceof Outcome.Done<GenerationRecord> done) {
                    OpenSession opened = new OpenSession(
                            lease, signals, renewal, done.value().generation());
                    session = opened;
                    finish(new Outcome.Done<>(
                            new SessionGrant(opened.id(), renewal, done.value().generation())));
                    generations.follow(opened);
                } else {
                    finish(EtcdErrors.recast(outcome));
                }
            });
        }

        private void finish(Outcome<SessionGrant> outcome) {
            opening = null;
            result.complete(outcome);
        }
    }

    // ---- renewing

    CompletableFuture<Outcome<Renewal>> renew(SessionId id) {
        OpenSession open = find(id);
        if (open == null) {
            return CompletableFuture.completedFuture(gone(id));
        }
        return keepAlives.renew(open.lease()).thenApply(outcome -> {
            if (outcome instanceof Outcome.Done<Renewal> done) {
                open.renewed(done.value());
            } else if (outcome instanceof Outcome.Refused<Renewal> refused
                    && refused.reason() == Refusal.SESSION_GONE) {
                warnIfEarly(open);
                lost(open, refused.message());
            }
            return outcome;
        });
    }

    /** Somebody may have revoked it; but it is also all that this client sees of some restored backups. */
    private void warnIfEarly(OpenSession open) {
        Duration left = open.renewal()
                .ttl()
                .minusNanos(ticker.stamp().nanosSince(open.renewal().countedFrom()));
        if (!open.isOver() && left.compareTo(Duration.ZERO) > 0) {
            log.warn(
                    "etcd does not know lease {} any more, {} before it could have expired. It was revoked; or etcd was"
                            + " restored from a backup, and then the generation has to be raised"
                            + " (ElectionAdmin.raiseGeneration)",
                    open.id(),
                    left);
        }
    }

    private void lost(OpenSession open, String reason) {
        if (!open.isOver()) {
            end(open);
            open.signals().lost(open.id(), reason);
        }
    }

    // ---- ending

    private void end(OpenSession open) {
        open.end();
        views.forgetAll();
    }

    CompletableFuture<Outcome<Ack>> close(SessionId id) {
        OpenSession open = find(id);
        if (open == null) {
            return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
        }
        end(open);
        LeaseRevokeRequest request =
                LeaseRevokeRequest.newBuilder().setID(open.lease()).build();
        return cluster.write(Rpc.REVOKE, request).thenApply(reply -> {
            boolean gone = EtcdErrors.refusal(reply.status()) == Refusal.SESSION_GONE;
            return reply.isOk() || gone ? new Outcome.Done<>(Ack.ACK) : EtcdErrors.write(reply);
        });
    }
}
