package dev.incumbent.election.internal.machine;

import dev.incumbent.election.RevocationCause;
import dev.incumbent.election.spi.Entry;
import java.util.Optional;

/** What a candidacy machine asks for. */
public sealed interface CandidacyCommand {

    /** Enter the queue under an identity made for this attempt. */
    record Enrol(long attempt) implements CandidacyCommand {}

    /** Look for the entry of an attempt whose reply was lost. */
    record FindOwn(long attempt) implements CandidacyCommand {}

    /** Watch the session for entries that nobody claims, until it ends. */
    record Sweep() implements CandidacyCommand {}

    /** Read the entry's place. */
    record ReadStanding(long read, Entry entry) implements CandidacyCommand {}

    /** Follow the own entry and the one ahead; replaces an earlier follow. */
    record Follow(long follow, Entry entry, Optional<String> predecessor) implements CandidacyCommand {}

    /** Stop following. */
    record Unfollow() implements CandidacyCommand {}

    /** Delete the entry if it is still the same. */
    record Withdraw(Entry entry) implements CandidacyCommand {}

    /** Delete the orphan ahead: its holder's time is up. */
    record RemoveOrphan(Entry entry, String orphan) implements CandidacyCommand {}

    /** A request was refused because the session is gone: have the session check. */
    record DoubtSession(String reason) implements CandidacyCommand {}

    /** A request was refused because the generation is another one: read it. */
    record ReadGeneration() implements CandidacyCommand {}

    /** A term began: publish it, tell listeners, start the work. */
    record Elect(Term term) implements CandidacyCommand {}

    /** Tell listeners of a doubt. */
    record Suspect(Term term, String reason) implements CandidacyCommand {}

    /** Tell listeners that the doubt is over. */
    record Recover(Term term) implements CandidacyCommand {}

    /** A term ended: make it invalid, tell listeners, stop the work, then answer with {@link CandidacyEvent.Drained}. */
    record Revoke(Term term, RevocationCause cause) implements CandidacyCommand {}

    /** The entry that stood is released, or went with its session. */
    record Released() implements CandidacyCommand {}

    /** Send {@link CandidacyEvent.Woken} at that time; replaces an earlier request. */
    record WakeAt(long nanos) implements CandidacyCommand {}

    /** No timer is wanted any more. */
    record CancelWake() implements CandidacyCommand {}

    /** The candidacy is over; the reason is empty if the application asked for it. */
    record End(String failure) implements CandidacyCommand {}
}
