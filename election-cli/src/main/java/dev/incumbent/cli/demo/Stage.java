package dev.incumbent.cli.demo;

import dev.incumbent.cli.demo.Event.Kind;
import java.time.Duration;
import java.util.List;

/**
 * What the acts play with.
 *
 * @param candidates the processes, dead ones too
 * @param transcript what they said so far
 * @param bank the store
 * @param narrator told what happens
 * @param lease the candidates' time to live
 * @param afterCrash when a crashed leader's successor may lead, for people
 */
record Stage(
        List<CandidateProcess> candidates,
        Transcript transcript,
        Bank bank,
        Narrator narrator,
        Duration lease,
        String afterCrash) {

    /** How long anything may take that does not wait for a lease to end; long, for slow and busy machines. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    CandidateProcess process(String name) {
        return candidates.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Whoever was elected last. */
    Event leader() throws NotSeenException {
        return transcript.all().stream()
                .filter(event -> event.is(Kind.ELECTED))
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new NotSeenException("nobody leads"));
    }

    /** Waits for the election of somebody else, after a mark, with a newer token. */
    Event awaitSuccessor(int mark, Event old, Duration timeout) throws InterruptedException, NotSeenException {
        Event next = transcript.await(
                mark,
                "the election of somebody after " + old.candidate(),
                timeout,
                event -> event.is(Kind.ELECTED) && !event.by(old.candidate()));
        if (next.number(0) <= old.number(0)) {
            throw new NotSeenException("a token that is newer than #" + old.number(0) + ": " + next.candidate()
                    + " was elected with #" + next.number(0));
        }
        return next;
    }

    /** Waits for the n-th acknowledged deposit of one term after a mark. */
    Event awaitDeposit(int mark, int nth, Event term) throws InterruptedException, NotSeenException {
        return transcript.await(
                mark,
                nth,
                "a deposit by " + term.candidate(),
                PATIENCE,
                event -> event.is(Kind.DEPOSITED) && event.by(term.candidate()) && event.number(0) == term.number(0));
    }

    Event await(int mark, Kind kind, String candidate, String what) throws InterruptedException, NotSeenException {
        return transcript.await(mark, what, PATIENCE, event -> event.is(kind) && event.by(candidate));
    }
}
