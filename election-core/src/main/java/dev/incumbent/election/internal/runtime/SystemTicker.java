package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.Ticker;

/** The one class that reads the machine's clocks. */
public enum SystemTicker implements Ticker {
    /** The clocks of this process. */
    INSTANCE;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }
}
