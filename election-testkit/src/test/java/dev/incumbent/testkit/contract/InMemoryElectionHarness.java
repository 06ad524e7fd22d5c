package dev.incumbent.testkit.contract;

import dev.incumbent.election.ElectionClient;
import dev.incumbent.testkit.memory.InMemoryElections;
import dev.incumbent.testkit.store.StoreStyle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients of a coordinator in memory. */
final class InMemoryElectionHarness implements ElectionHarness {

    private static final Duration TTL = Duration.ofSeconds(1);

    private final InMemoryElections elections;
    private final List<ElectionClient> clients = new ArrayList<>();

    InMemoryElectionHarness(StoreStyle style) {
        elections = InMemoryElections.create(style);
    }

    @Override
    public ElectionClient client(String candidateId) {
        ElectionClient client =
                elections.client().candidateId(candidateId).leaseTtl(TTL).build();
        clients.add(client);
        return client;
    }

    @Override
    public Duration ttl() {
        return TTL;
    }

    @Override
    public void expireFirst(String election) {
        elections.expireFirst(election);
    }

    @Override
    public void deleteFirst(String election) {
        elections.deleteFirst(election);
    }

    @Override
    public void close() {
        clients.forEach(ElectionClient::close);
        elections.close();
    }
}
