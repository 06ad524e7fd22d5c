package dev.incumbent.benchmarks;

import java.util.Map;
import java.util.function.IntToLongFunction;

/** Clients without any recipe: the least that a write and a notification can cost on the servers under test. */
interface Limits extends AutoCloseable {

    /** One committed write, from the call to its return. Campaigns are given as multiples of it. */
    String WRITE = "raw write (W)";

    /** From the call of a delete at one client to the event at another. Handoffs are given as multiples of it. */
    String HAND = "raw delete -> event (H)";

    /**
     * What can be timed: {@link #WRITE} and {@link #HAND} at least.
     *
     * @return by name; each takes a turn that grows, and yields nanoseconds
     */
    Map<String, IntToLongFunction> operations();

    @Override
    void close();
}
