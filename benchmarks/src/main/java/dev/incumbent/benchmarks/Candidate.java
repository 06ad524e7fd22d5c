package dev.incumbent.benchmarks;

/** A process that can stand in elections: a client with an open session. */
interface Candidate extends AutoCloseable {

    /**
     * Stands. Returns without waiting for the coordinator.
     *
     * @param election a name without slashes
     * @return how it stands
     */
    Standing stand(String election);

    @Override
    void close();

    /** Standing in one election, from the call to the withdrawal. */
    interface Standing {

        /** Waits until the entry is in the queue or in office. */
        void awaitQueued();

        /** When its listener was told of the office. */
        Moment elected();

        /** Calls for the withdrawal. */
        void resign();

        /** Waits until the coordinator no longer holds the entry. */
        void awaitGone();
    }
}
