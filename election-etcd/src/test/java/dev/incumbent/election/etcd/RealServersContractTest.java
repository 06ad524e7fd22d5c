package dev.incumbent.election.etcd;

import dev.incumbent.testkit.contract.CoordinatorContractTest;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import dev.incumbent.testkit.contract.ElectionContractTest;
import dev.incumbent.testkit.contract.ElectionHarness;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The contracts on real etcd of both series, where it is found. */
@Tag("full")
final class RealServersContractTest {

    private static final Map<String, Servers> RUNNING = new ConcurrentHashMap<>();

    private static Servers servers(String series, int nodes) {
        return RUNNING.computeIfAbsent(series + " x" + nodes, wanted -> Servers.real(series, nodes));
    }

    @AfterAll
    static void stop() {
        RUNNING.values().forEach(Servers::close);
        RUNNING.clear();
    }

    private static Place place(String series, int nodes, EtcdFollowing following) {
        return new Place(servers(series, nodes).endpoints(), true, options -> options.following(following));
    }

    /** The coordinator's contract on one server of a series. */
    @Nested
    final class OneOf34 extends CoordinatorContractTest {
        @Override
        protected CoordinatorHarness harness() {
            return place("3.4", 1, EtcdFollowing.PREDECESSORS);
        }
    }

    /** The same, following by range. */
    @Nested
    final class OneOf34ByRange extends CoordinatorContractTest {
        @Override
        protected CoordinatorHarness harness() {
            return place("3.4", 1, EtcdFollowing.RANGE);
        }
    }

    /** On three of the newer series. */
    @Nested
    final class ThreeOf35 extends CoordinatorContractTest {
        @Override
        protected CoordinatorHarness harness() {
            return place("3.5", 3, EtcdFollowing.PREDECESSORS);
        }
    }

    /** The same, following by range. */
    @Nested
    final class ThreeOf35ByRange extends CoordinatorContractTest {
        @Override
        protected CoordinatorHarness harness() {
            return place("3.5", 3, EtcdFollowing.RANGE);
        }
    }

    /** What applications rely on, with three of the older series. */
    @Nested
    final class ElectionsOn34 extends ElectionContractTest {
        @Override
        protected ElectionHarness harness() {
            return place("3.4", 3, EtcdFollowing.AUTO);
        }
    }

    /** What applications rely on, with three of the newer series. */
    @Nested
    final class ElectionsOn35 extends ElectionContractTest {
        @Override
        protected ElectionHarness harness() {
            return place("3.5", 3, EtcdFollowing.AUTO);
        }
    }
}
