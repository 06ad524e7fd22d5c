package dev.incumbent.embedded.consul.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.realservers.CommandResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsulCommandOnEmbeddedTest extends ConsulCommandContractTest {

    private final EmbeddedConsul consul = EmbeddedConsul.start(3);

    @Override
    List<String> endpoints() {
        List<String> all = new ArrayList<>(consul.httpEndpoints());
        String leader = all.remove(consul.awaitLeader(PATIENCE) - 1);
        all.add(0, leader);
        return all;
    }

    @Override
    void killLeader() {
        consul.kill(consul.awaitLeader(PATIENCE));
        consul.awaitLeader(PATIENCE);
    }

    @Override
    void restart() {
        consul.nodes().forEach(consul::restart);
        consul.awaitServing(PATIENCE);
    }

    @Override
    void checkPeers(CommandResult listed) {
        assertThat(listed.output().lines().filter(line -> line.contains(" true ")))
                .hasSize(3);
    }

    @AfterAll
    void stop() {
        consul.close();
    }
}
