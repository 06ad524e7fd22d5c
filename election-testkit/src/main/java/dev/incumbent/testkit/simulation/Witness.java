package dev.incumbent.testkit.simulation;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;

/** Told what passes between a process and the coordinator, at the instant it does. */
interface Witness {

    /** The process asks to delete an entry. */
    void withdrawing(Entry entry);

    /** The process ends its session. */
    void closingSession(SessionId session);

    /** The process has dealt with the news that this entry is gone. */
    void knows(Entry entry);
}
