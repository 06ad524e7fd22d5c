package dev.incumbent.election.consul;

/** How a client follows its entries and what it observes. */
public enum ConsulFollowing {

    /**
     * Begins with {@link #PREDECESSORS} and changes to {@link #TREE}, for good, when 16 entries are followed or elections
     * observed at one time.
     */
    AUTO,

    /**
     * One blocking query, and so one connection, for each own entry and for the one ahead of it. A change wakes those
     * whom it concerns, and costs each of them one read. For clients that stand in few elections.
     */
    PREDECESSORS,

    /**
     * One blocking query over the queues of all elections below the root. It takes one connection and no reads, but every change
     * anywhere brings everything. For clients that stand in many elections.
     */
    TREE
}
