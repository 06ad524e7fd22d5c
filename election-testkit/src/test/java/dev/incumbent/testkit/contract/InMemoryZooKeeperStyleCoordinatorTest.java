package dev.incumbent.testkit.contract;

import dev.incumbent.testkit.store.StoreStyle;

class InMemoryZooKeeperStyleCoordinatorTest extends CoordinatorContractTest {

    @Override
    protected CoordinatorHarness harness() {
        return new InMemoryCoordinatorHarness(StoreStyle.zooKeeper());
    }
}
