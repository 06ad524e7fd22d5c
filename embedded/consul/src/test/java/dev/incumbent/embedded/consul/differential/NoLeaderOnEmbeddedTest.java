package dev.incumbent.embedded.consul.differential;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;

class NoLeaderOnEmbeddedTest extends NoLeaderContractTest {

    private final EmbeddedConsul consul =
            EmbeddedConsul.builder().nodes(3).hold(Duration.ofSeconds(1)).start();

    @Override
    HttpSubject servers() {
        return new HttpSubject("embedded", consul.httpEndpoints());
    }

    @Override
    void killAllButTheLast() {
        consul.kill(1);
        consul.kill(2);
    }

    @Override
    void restart() {
        consul.nodes().forEach(consul::restart);
        consul.awaitServing(PATIENCE);
    }

    @Override
    Duration hold() {
        return Duration.ofSeconds(1);
    }

    @AfterAll
    void stop() {
        consul.close();
    }
}
