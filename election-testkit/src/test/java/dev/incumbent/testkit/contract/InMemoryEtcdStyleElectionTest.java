package dev.incumbent.testkit.contract;

import dev.incumbent.testkit.store.StoreStyle;

class InMemoryEtcdStyleElectionTest extends ElectionContractTest {

    @Override
    protected ElectionHarness harness() {
        return new InMemoryElectionHarness(StoreStyle.etcd());
    }
}
