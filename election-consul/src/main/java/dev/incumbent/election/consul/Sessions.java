package dev.incumbent.election.consul;

import com.ecwid.consul.v1.session.model.NewSession;
import com.ecwid.consul.v1.session.model.Session;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens, renews and ends the session that owns all entries. Touched on the loop only.
 *
 * <p>A renewal counts from before its request was sent, and for the time to live alone. Consul waits twice as long before it
 * ends a session, but only a leader that is in office counts that time: a leader that was cut off may confirm renewals until its
 * own lease on the office ends, and its successor then starts the time anew. That slack is spent on this and on nothing else.
 */
final class Sessions {

    /**
     * What sessions are made of.
     *
     * @param ttl how long one lives without a renewal
     * @param lockDelay how long keys that were locked by one that was lost cannot be locked again
     * @param node what they belong to, null for the agent's own
     */
    record Settings(
            Duration ttl, Duration lockDelay, @Nullable String node) {}

    private final Ground ground;
    private final GenerationKeeper generations;
    private final Views views;
    private final Ticker ticker;
    private final Settings settings;
    private Consumer<OpenSession> onEnd = ended -> {};
    private @Nullable OpenSession session;
    private @Nullable Opening opening;

    Sessions(Ground ground, GenerationKeeper generations, Views views, Ticker ticker, Settings settings) {
        this.ground = ground;
        this.generations = generations;
        this.views = views;
        this.ticker = ticker;
        this.settings = settings;
    }

    /** Who is told that a session has ended, before its owner is. */
    void onEnd(Consumer<OpenSession> told) {
        onEnd = told;
    }

    Duration ttl() {
        return settings.ttl();
    }

    /** The session of this name if it is open, as far as is known here. */
    @Nullable
    OpenSession find(SessionId id) {
        OpenSession open = session;
        return open != null && !open.isOver() && open.id().equals(id) ? open : null;
    }

    static <T> Outcome<T> gone(SessionId id) {
        return new Outcome.Refused<>(Refusal.SESSION_GONE, "session " + id + " is not the open session of this client");
    }

    // ---- opening

    CompletableFuture<Outcome<SessionGrant>> open(SessionSignals signals) {
        OpenSession present = session;
        if (present != null && !present.isOver()) {
            // The caller gave up waiting for the first answer; what was entered under that session must stay known.
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
        begun.create();
        return begun.result;
    }

    private final class Opening {

        private final CompletableFuture<Outcome<SessionGrant>> result = new CompletableFuture<>();
        private SessionSignals signals;

        Opening(SessionSignals signals) {
            this.signals = signals;
        }

        /** Consul names the session, so one whose reply is lost is left to lapse: nobody knows it and nothing is entered under it. */
        void create() {
            NewSession wanted = new NewSession();
            wanted.setName("incumbent");
            wanted.setTtl(text(settings.ttl()));
            wanted.setBehavior(Session.Behavior.RELEASE);
            wanted.setLockDelay(settings.lockDelay().toNanos());
            // No health checks: a flapping agent would end the leaderships of all its clients.
            wanted.setChecks(List.of());
            if (settings.node() != null) {
                wanted.setNode(settings.node());
            }
            Stamp before = ticker.stamp();
            ground.agents()
                    .write(ConsulApi.createSession(wanted))
                    .thenCompose(reply -> {
                        if (reply.isOk()) {
                            return readGround(reply.get(), new Renewal(before, settings.ttl()));
                        }
                        finish(ConsulErrors.write(reply));
                        return CompletableFuture.completedFuture(null);
                    })
                    .exceptionally(defect -> {
                        finish(new Outcome.Ambiguous<>(defect));
                        return null;
                    });
        }

        private CompletableFuture<@Nullable Void> readGround(String id, Renewal renewal) {
            return ground.readOrLay().thenAccept(outcome -> {
                if (outcome instanceof Outcome.Done<GenerationRecord> done) {
                    OpenSession opened =
                            new OpenSession(id, signals, renewal, done.value().generation());
                    session = opened;
                    finish(new Outcome.Done<>(
                            new SessionGrant(opened.id(), renewal, done.value().generation())));
                    generations.follow(opened);
                } else {
                    // The next attempt makes another one.
                    destroy(id);
                    finish(ConsulErrors.recast(outcome));
                }
            });
        }

        private void finish(Outcome<SessionGrant> outcome) {
            opening = null;
            result.complete(outcome);
        }
    }

    /** As Consul reads times: whole seconds where they are, else milliseconds. */
    static String text(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }

    // ---- renewing

    CompletableFuture<Outcome<Renewal>> renew(SessionId id) {
        OpenSession open = find(id);
        if (open == null) {
            return CompletableFuture.completedFuture(gone(id));
        }
        Stamp before = ticker.stamp();
        // Repeating is no harm: what is proved is counted from before the first was sent.
        return ground.agents().read(ConsulApi.renewSession(id.value())).thenCompose(reply -> {
            if (reply.isOk()) {
                Renewal renewal = new Renewal(before, settings.ttl());
                open.renewed(renewal);
                return CompletableFuture.completedFuture(new Outcome.Done<>(renewal));
            }
            return ConsulErrors.refusal(reply.why()) == Refusal.SESSION_GONE
                    ? lookUp(open, reply.why().text())
                    : CompletableFuture.completedFuture(ConsulErrors.<Renewal>read(reply));
        });
    }

    /**
     * A leader answers renewals by what it has applied, and after a restart it answers before it has applied what the log holds:
     * it may not know a session that lives. Before it answers a consistent read it has.
     */
    private CompletableFuture<Outcome<Renewal>> lookUp(OpenSession open, String reason) {
        return ground.agents().read(ConsulApi.findSession(open.id().value())).thenApply(reply -> {
            if (!reply.isOk()) {
                return ConsulErrors.read(reply);
            }
            if (reply.value() != null) {
                return ConsulErrors.unavailable("the session was not found by a leader that had it: " + reason);
            }
            lost(open, reason);
            return new Outcome.Refused<>(Refusal.SESSION_GONE, reason);
        });
    }

    /** Whatever the reason, nobody uses it any more; if it lives nevertheless, its entries would be in the way for long. */
    void lost(OpenSession open, String reason) {
        if (!open.isOver()) {
            end(open);
            destroy(open.id().value());
            open.signals().lost(open.id(), reason);
        }
    }

    // ---- ending

    private CompletableFuture<Reply<Void>> destroy(String id) {
        return ground.agents().write(ConsulApi.destroySession(id));
    }

    private void end(OpenSession open) {
        open.end();
        views.forgetAll();
        onEnd.accept(open);
    }

    /**
     * A destroyed session would leave its entries as orphans, so they go first; and what was asked for and had not been seen, once
     * more after it, when nothing can come of it any more.
     */
    CompletableFuture<Outcome<Ack>> close(SessionId id) {
        OpenSession open = find(id);
        if (open == null) {
            return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
        }
        end(open);
        List<String> keys = List.copyOf(open.made().keySet());
        return delete(keys, 0).thenCompose(deleted -> destroy(id.value()).thenCompose(reply -> {
            boolean gone = reply.isOk() || ConsulErrors.refusal(reply.why()) == Refusal.SESSION_GONE;
            return gone ? delete(keys, 0) : CompletableFuture.completedFuture(ConsulErrors.<Ack>write(reply));
        }));
    }

    private CompletableFuture<Outcome<Ack>> delete(List<String> keys, int from) {
        if (from >= keys.size()) {
            return CompletableFuture.completedFuture(new Outcome.Done<>(Ack.ACK));
        }
        int to = Math.min(keys.size(), from + Txn.MOST_OPS);
        Txn txn = new Txn(keys.subList(from, to).stream().map(Txn::delete).toList());
        return ground.write(txn).thenCompose(reply -> {
            if (!reply.isOk()) {
                return CompletableFuture.completedFuture(ConsulErrors.<Ack>write(reply));
            }
            return reply.get().isDone()
                    ? delete(keys, to)
                    : CompletableFuture.completedFuture(Entries.denied(reply.get()));
        });
    }
}
