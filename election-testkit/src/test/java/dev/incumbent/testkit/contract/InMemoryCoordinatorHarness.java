package dev.incumbent.testkit.contract;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.memory.InMemoryElections;
import dev.incumbent.testkit.store.StoreStyle;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** A coordinator in memory. */
class InMemoryCoordinatorHarness implements CoordinatorHarness {

    private final ElectionConfig config = ElectionConfig.forTtl(Duration.ofSeconds(1));
    private final InMemoryElections elections;

    InMemoryCoordinatorHarness(StoreStyle style) {
        elections = InMemoryElections.create(style);
    }

    @Override
    public Coordinator connect(Ticker ticker) {
        return elections.connect(config, ticker);
    }

    @Override
    public void expire(SessionId session) {
        elections.expire(session);
    }

    @Override
    public void delete(Entry entry) {
        elections.delete(entry);
    }

    @Override
    public Optional<byte[]> read(String key) {
        return elections.data(key);
    }

    @Override
    public OptionalLong commits() {
        return OptionalLong.of(elections.commits());
    }

    @Override
    public void close() {
        elections.close();
    }
}
