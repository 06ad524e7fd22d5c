package dev.incumbent.benchmarks;

/** One way to elect a leader. */
interface Recipe {

    /** How it is called in reports. */
    String name();

    /**
     * Opens a client with a session of its own.
     *
     * @param server which server to connect to
     * @param number tells candidates apart
     * @return a client that is connected
     */
    Candidate open(String server, int number);
}
