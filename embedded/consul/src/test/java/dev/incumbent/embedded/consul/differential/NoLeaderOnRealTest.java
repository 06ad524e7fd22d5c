package dev.incumbent.embedded.consul.differential;

import dev.incumbent.realservers.RealConsulCluster;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("full")
class NoLeaderOnRealTest extends NoLeaderContractTest {

    private @Nullable RealConsulCluster consul;

    @BeforeAll
    void start() {
        consul = Real.three();
    }

    private RealConsulCluster consul() {
        return Objects.requireNonNull(consul);
    }

    @Override
    HttpSubject servers() {
        return new HttpSubject("consul", consul().httpEndpoints());
    }

    @Override
    void killAllButTheLast() {
        consul().kill9(1);
        consul().kill9(2);
    }

    @Override
    void restart() {
        consul().heal();
        consul().awaitHealthy(PATIENCE);
    }

    @Override
    Duration hold() {
        return Duration.ofSeconds(6);
    }

    @AfterAll
    void stop() {
        if (consul != null) {
            consul.close();
        }
    }
}
