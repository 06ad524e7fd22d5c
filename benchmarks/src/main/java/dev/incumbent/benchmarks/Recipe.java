package dev.incumbent.benchmarks;

/** One way to elect a leader over ZooKeeper. */
interface Recipe {

    /** How it is called in reports. */
    String name();

    /**
     * Opens a client with a session of its own.
     *
     * @param connectString the servers
     * @param number tells candidates apart
     * @return a client that is connected
     */
    Candidate open(String connectString, int number);
}
