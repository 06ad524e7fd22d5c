package dev.incumbent.election.internal.machine;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SessionId;

/** What can happen to a session. */
public sealed interface SessionEvent {

    /** The client was started. */
    record Start() implements SessionEvent {}

    /** An opening ended. */
    record OpenDone(Outcome<SessionGrant> outcome) implements SessionEvent {}

    /** A renewal ended, perhaps after it had been given up. */
    record RenewDone(SessionId session, Outcome<Renewal> outcome) implements SessionEvent {}

    /** The coordinator said that the session is gone. */
    record Lost(SessionId session, String reason) implements SessionEvent {}

    /** The connection came back. */
    record Reachable(SessionId session) implements SessionEvent {}

    /** The connection broke. */
    record Unreachable(SessionId session, String reason) implements SessionEvent {}

    /** The generation record was seen. */
    record GenerationSeen(Generation generation) implements SessionEvent {}

    /** A request was refused because the session is gone, or somebody saw a clock leap: renew now. */
    record Doubted(String reason) implements SessionEvent {}

    /** The time asked for with {@link SessionCommand.WakeAt} has come. */
    record Woken() implements SessionEvent {}

    /** The client is closing; all candidacies have ended. */
    record Close() implements SessionEvent {}
}
