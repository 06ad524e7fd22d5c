package dev.incumbent.embedded.consul.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.realservers.RealConsulCluster;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random requests to the embedded server and to real Consul 1.8. */
@Tag("full")
class EmbeddedDifferentialTest {

    @Test
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    void shouldAnswerAsRealConsulDoes() {
        try (RealConsulCluster real = Real.one();
                EmbeddedConsul embedded = Embedded.one()) {
            DifferentialRun run =
                    new DifferentialRun(new Differential(Real.subject(real), Embedded.subject(embedded)), false);
            assertThat(run.run(DifferentialRun.duration(Duration.ofSeconds(60))))
                    .isEmpty();
        }
    }

    @Test
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    void shouldAnswerAsRealConsulDoesThroughEachOfThree() {
        try (RealConsulCluster real = Real.three();
                EmbeddedConsul embedded = Embedded.three()) {
            DifferentialRun run =
                    new DifferentialRun(new Differential(Real.subject(real), Embedded.subject(embedded)), true);
            assertThat(run.run(DifferentialRun.duration(Duration.ofSeconds(20))))
                    .isEmpty();
        }
    }
}
