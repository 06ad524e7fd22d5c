package dev.incumbent.testkit.adapter;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;

/** Hears nothing; for tests that look at answers only, and to override what one of them listens to. Thread-safe. */
public class SilentSignals implements SessionSignals {

    /** Makes one. */
    public SilentSignals() {}

    @Override
    public void lost(SessionId session, String reason) {}

    @Override
    public void reachable(SessionId session) {}

    @Override
    public void unreachable(SessionId session, String reason) {}

    @Override
    public void generation(Generation generation) {}
}
