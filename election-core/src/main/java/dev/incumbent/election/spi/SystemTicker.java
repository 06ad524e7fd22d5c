package dev.incumbent.election.spi;

import dev.incumbent.election.Ticker;

/** The clocks of this machine; the one class of the SDK that reads them. */
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
