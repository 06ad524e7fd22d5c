package dev.incumbent.embedded.consul.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.CommandResult;
import dev.incumbent.realservers.RealConsul;
import dev.incumbent.realservers.RealConsulCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsulCommandOnRealTest extends ConsulCommandContractTest {

    private @Nullable RealConsulCluster consul;

    @BeforeAll
    void start() {
        assumeTrue(RealConsul.newest().isPresent(), RealConsul.why());
        consul = RealConsulCluster.start(RealConsul.newest().orElseThrow(), 3);
    }

    private RealConsulCluster consul() {
        return Objects.requireNonNull(consul);
    }

    @Override
    List<String> endpoints() {
        List<String> all = new ArrayList<>(consul().httpEndpoints());
        String leader = all.remove(consul().leader() - 1);
        all.add(0, leader);
        return all;
    }

    @Override
    void killLeader() {
        consul().kill9(consul().leader());
        consul().awaitLeader(PATIENCE);
    }

    @Override
    void restart() {
        consul().heal();
        consul().awaitHealthy(PATIENCE);
    }

    @Override
    void checkPeers(CommandResult listed) {
        assertThat(listed.output().lines().filter(line -> line.contains(" true ")))
                .hasSize(3);
    }

    @AfterAll
    void stop() {
        if (consul != null) {
            consul.close();
        }
    }
}
