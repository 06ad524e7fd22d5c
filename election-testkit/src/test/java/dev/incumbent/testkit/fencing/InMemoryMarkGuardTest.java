package dev.incumbent.testkit.fencing;

import java.util.List;
import java.util.Map;

class InMemoryMarkGuardTest extends MarkGuardContractTest<Map<String, List<String>>> {

    @Override
    protected MarkGuardHarness<Map<String, List<String>>> openHarness() {
        return InMemoryHarness.sound();
    }
}
