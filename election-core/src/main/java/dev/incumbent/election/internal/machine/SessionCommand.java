package dev.incumbent.election.internal.machine;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.SessionId;

/** What a session machine asks for. */
public sealed interface SessionCommand {

    /** Open a session. */
    record Open() implements SessionCommand {}

    /** Renew it. */
    record Renew(SessionId session) implements SessionCommand {}

    /** End it on the coordinator. */
    record CloseSession(SessionId session) implements SessionCommand {}

    /** Send {@link SessionEvent.Woken} at that time; replaces an earlier request. */
    record WakeAt(long nanos) implements SessionCommand {}

    /** Tell candidacies and observers: a new session is open. */
    record AnnounceOpened(SessionId session) implements SessionCommand {}

    /** Tell them: a renewal was confirmed and the lease covers now. */
    record AnnounceRenewed() implements SessionCommand {}

    /** Tell them: validity is in doubt. */
    record AnnounceSuspect(String reason) implements SessionCommand {}

    /** Tell them: the deadline passed. */
    record AnnounceExpired() implements SessionCommand {}

    /** Tell them: the session is gone, with its entries. */
    record AnnounceLost(SessionId session, String reason) implements SessionCommand {}

    /** Tell them: the generation is another one. */
    record AnnounceGeneration(Generation generation) implements SessionCommand {}
}
