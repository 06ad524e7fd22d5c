package dev.incumbent.testkit.simulation;

import dev.incumbent.election.Ticker;

/** One machine's clocks: a monotonic one that runs at its own rate and stops in suspend, a wall clock that is set. */
final class SimulatedTicker implements Ticker {

    private static final long EPOCH_MILLIS = 1_800_000_000_000L;

    private final Simulation simulation;
    private final double rate;
    private final boolean wallSharesRate;
    private long anchorTrue;
    private long anchorLocal;
    private boolean suspended;
    private long stepMillis;
    private boolean leapt;

    SimulatedTicker(Simulation simulation, double rate, boolean wallSharesRate, long origin) {
        this.simulation = simulation;
        this.rate = rate;
        this.wallSharesRate = wallSharesRate;
        this.anchorTrue = simulation.now();
        this.anchorLocal = origin;
    }

    @Override
    public long nanoTime() {
        return suspended ? anchorLocal : anchorLocal + (long) ((simulation.now() - anchorTrue) * rate);
    }

    @Override
    public long wallMillis() {
        double elapsed = simulation.now() * (wallSharesRate ? rate : 1.0);
        return EPOCH_MILLIS + (long) (elapsed / 1e6) + stepMillis;
    }

    /** True time that passes while this clock advances by so much, if nothing suspends it. */
    long trueNanos(long localNanos) {
        return (long) Math.ceil(localNanos / rate);
    }

    /** Whether the two clocks have ever come apart by more than their rates. */
    boolean hasLeapt() {
        return leapt;
    }

    void suspend() {
        anchorLocal = nanoTime();
        suspended = true;
        leapt = true;
    }

    void resume() {
        anchorTrue = simulation.now();
        suspended = false;
    }

    void step(long millis) {
        stepMillis += millis;
        leapt = true;
    }
}
