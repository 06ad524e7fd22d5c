package dev.incumbent.election;

import java.util.List;

/**
 * How a client is doing.
 *
 * @param status the worst of what is known
 * @param details what is wrong, in words; empty when UP
 */
public record ClientHealth(Status status, List<String> details) {

    /** Grades of health. */
    public enum Status {
        /** The session is open and renewed. */
        UP,
        /** Connecting for the first time, or renewals are failing while the deadline still holds. */
        SUSPECT,
        /** No session, or a drain is overdue and keeps an entry from being released, or tokens would run backwards. */
        DOWN,
        /** The client was closed. */
        CLOSED
    }

    /** Copies the list. */
    public ClientHealth {
        details = List.copyOf(details);
    }
}
