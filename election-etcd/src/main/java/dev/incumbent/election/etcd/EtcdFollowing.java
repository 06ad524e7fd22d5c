package dev.incumbent.election.etcd;

/** How a client follows the entries ahead of its own; see {@link EtcdElections.Builder#following}. */
public enum EtcdFollowing {
    /** {@link #PREDECESSORS} for a client that stands in few elections, {@link #RANGE} from a number of them on. */
    AUTO,

    /**
     * Two watches for each election, on the own key and on the key ahead. A handoff costs one notification and one read,
     * and nobody else hears of it. Right for few elections with many candidates.
     */
    PREDECESSORS,

    /**
     * One watch over all elections below the root. A handoff costs one notification and no read, however many elections
     * are taken over at once, but the client hears of every change below its root. Right for many elections with few
     * candidates. Elections on native paths are followed as {@link #PREDECESSORS} does; and all are where the user may not
     * read everything from {@code <root>/elections/} to {@code <root>/generation}, which is said once in the log.
     */
    RANGE
}
