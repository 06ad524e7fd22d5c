package dev.incumbent.testkit.contract;

import dev.incumbent.testkit.store.StoreStyle;

class InMemoryZooKeeperStyleElectionTest extends ElectionContractTest {

    @Override
    protected ElectionHarness harness() {
        return new InMemoryElectionHarness(StoreStyle.zooKeeper());
    }
}
