package dev.incumbent.election.etcd;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;

/** For tests that look at answers only. */
final class SilentSignals implements SessionSignals {

    @Override
    public void lost(SessionId session, String reason) {}

    @Override
    public void reachable(SessionId session) {}

    @Override
    public void unreachable(SessionId session, String reason) {}

    @Override
    public void generation(Generation generation) {}
}
