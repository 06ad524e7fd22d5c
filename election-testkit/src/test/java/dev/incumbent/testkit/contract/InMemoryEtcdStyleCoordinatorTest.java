package dev.incumbent.testkit.contract;

import dev.incumbent.testkit.store.StoreStyle;

class InMemoryEtcdStyleCoordinatorTest extends CoordinatorContractTest {

    @Override
    protected CoordinatorHarness harness() {
        return new InMemoryCoordinatorHarness(StoreStyle.etcd());
    }
}
