package dev.incumbent.testkit.contract;

import dev.incumbent.testkit.store.StoreStyle;

class InMemoryConsulStyleElectionTest extends ElectionContractTest {

    @Override
    protected ElectionHarness harness() {
        return new InMemoryElectionHarness(StoreStyle.consul());
    }
}
