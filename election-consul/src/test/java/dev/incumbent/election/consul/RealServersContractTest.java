package dev.incumbent.election.consul;

import dev.incumbent.testkit.contract.CoordinatorContractTest;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import dev.incumbent.testkit.contract.ElectionContractTest;
import dev.incumbent.testkit.contract.ElectionHarness;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The contracts on real Consul, where it is found. */
@Tag("full")
final class RealServersContractTest {

    private static final Map<Integer, Servers> RUNNING = new ConcurrentHashMap<>();

    private static Place place(int nodes, ConsulFollowing following) {
        return new Place(
                RUNNING.computeIfAbsent(nodes, Servers::real).endpoints(), options -> options.following(following));
    }

    @AfterAll
    static void stop() {
        RUNNING.values().forEach(Servers::close);
        RUNNING.clear();
    }

    /** The coordinator's contract on one server. */
    @Nested
    final class One extends CoordinatorContractTest {
        @Override
        protected CoordinatorHarness harness() {
            return place(1, ConsulFollowing.PREDECESSORS);
        }
    }

    /** On three. */
    @Nested
    final class Three extends CoordinatorContractTest {
        @Override
        protected CoordinatorHarness harness() {
            return place(3, ConsulFollowing.PREDECESSORS);
        }
    }

    /** The same, following by tree. */
    @Nested
    final class ThreeByTree extends CoordinatorContractTest {
        @Override
        protected CoordinatorHarness harness() {
            return place(3, ConsulFollowing.TREE);
        }
    }

    /** What applications rely on, with three servers. */
    @Nested
    final class Elections extends ElectionContractTest {
        @Override
        protected ElectionHarness harness() {
            return place(3, ConsulFollowing.AUTO);
        }
    }
}
