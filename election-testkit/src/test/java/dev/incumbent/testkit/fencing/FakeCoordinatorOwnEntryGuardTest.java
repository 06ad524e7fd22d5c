package dev.incumbent.testkit.fencing;

import dev.incumbent.testkit.fencing.FakeCoordinatorHarness.Fault;
import java.util.List;

class FakeCoordinatorOwnEntryGuardTest extends OwnEntryGuardContractTest<List<String>> {

    @Override
    protected OwnEntryGuardHarness<List<String>> openHarness() {
        return new FakeCoordinatorHarness(Fault.NONE);
    }
}
