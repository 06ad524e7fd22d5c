package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.internal.machine.CandidacyEvent;
import dev.incumbent.election.internal.machine.CandidacyModel;
import dev.incumbent.election.internal.machine.Failures;
import dev.incumbent.election.internal.machine.Lease;
import dev.incumbent.election.internal.machine.Term;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.Subscription;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Withdraws entries of the own session that no candidacy claims.
 *
 * <p>They come from requests whose reply was lost and which took effect after a read had said that they did not. No read can
 * exclude one that is still on its way, so once a reply was lost the session is looked over once per time to live, at first
 * more often, until it ends. A session that lost no reply is never looked over.
 */
final class Sweeper {

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);

    /** After this round the pause stays at the time to live: an unclaimed entry at the head of a queue blocks everybody. */
    private static final int SLOWEST = 3;

    private final CoordinatedClient client;
    private @Nullable SessionId watched;
    private int round;
    private Subscription timer = () -> {};

    Sweeper(CoordinatedClient client) {
        this.client = client;
    }

    /** A reply was lost: look soon, and from then on. On the event loop. */
    void watch() {
        Lease lease = client.keeper().lease();
        if (lease != null) {
            watched = lease.session();
            round = 1;
            again();
        }
    }

    void stop() {
        watched = null;
        timer.close();
    }

    private void again() {
        timer.close();
        double jitter = client.runtime().random().nextDouble();
        timer = client.runtime().loop().schedule(this::sweep, client.sweepDelayNanos(Math.min(round, SLOWEST), jitter));
        round++;
    }

    private void sweep() {
        Lease lease = client.keeper().lease();
        SessionId session = watched;
        if (session == null || lease == null || !lease.session().equals(session)) {
            watched = null;
            return;
        }
        client.calls().read("Sweeping the session", () -> client.coordinator().ownEntries(session), outcome -> {
            if (session.equals(watched)) {
                onListed(outcome);
                again();
            }
        });
    }

    private void onListed(Outcome<List<Entry>> outcome) {
        if (outcome instanceof Outcome.Done<List<Entry>> done) {
            done.value().stream().filter(this::unclaimed).forEach(this::withdraw);
        } else {
            log.debug("Could not list the entries of session {}: {}", watched, Failures.describe(outcome));
        }
    }

    private boolean unclaimed(Entry entry) {
        CandidacyRunner candidacy = client.candidacy(entry.election());
        if (candidacy == null) {
            return true;
        }
        CandidacyModel model = candidacy.model();
        if (model.phase() == CandidacyState.ENROLLING) {
            return false; // It may be about to claim this very entry.
        }
        Term draining = model.draining();
        if (draining != null && draining.entry().epoch() == entry.epoch()) {
            return false; // Gone as far as the candidacy knows; if not, its work must stop before anybody else starts
            // (S5).
        }
        Entry own = model.entry();
        return own == null || own.epoch() != entry.epoch() || !own.key().equals(entry.key());
    }

    private void withdraw(Entry entry) {
        log.info("{}: withdrawing entry {} that no candidacy claims", entry.election(), entry.key());
        CandidacyRunner candidacy = client.candidacy(entry.election());
        if (candidacy != null) {
            // Where a session has one entry per election, the next attempt may be handed this one: it must not adopt
            // it.
            candidacy.handle(new CandidacyEvent.Swept(entry.token()));
        }
        client.calls()
                .write(
                        "Withdrawing an unclaimed entry",
                        () -> client.coordinator().withdraw(entry),
                        outcome -> {
                            if (!(outcome instanceof Outcome.Done)) {
                                log.debug(
                                        "Entry {} stays for the next sweep: {}",
                                        entry.key(),
                                        Failures.describe(outcome));
                            }
                        });
    }
}
