package dev.incumbent.election;

/**
 * The two clocks of this process: a monotonic one, which decides, and the wall clock, which only betrays a suspended
 * machine and is shown to people.
 *
 * <p>Both methods are called on every {@link Leadership#isValid()}; they must be quick, must not allocate, lock or block,
 * and may be called from any thread. Tests inject a virtual one.
 */
public interface Ticker {

    /**
     * Monotonic time in nanoseconds from an arbitrary origin; only differences mean anything.
     *
     * @return the reading, never less than an earlier one seen by the same thread
     */
    long nanoTime();

    /**
     * Wall-clock time in milliseconds since the Unix epoch; it may jump in either direction.
     *
     * @return the reading
     */
    long wallMillis();

    /**
     * Both readings as one value.
     *
     * @return the monotonic reading, taken first, with the wall reading
     */
    default Stamp stamp() {
        long nanos = nanoTime();
        return new Stamp(nanos, wallMillis());
    }
}
