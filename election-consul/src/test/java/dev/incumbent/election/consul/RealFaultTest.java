package dev.incumbent.election.consul;

import dev.incumbent.election.ElectionConfig;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** The faults, on processes; new ones for each test, since Consul goes on dealing with a member's death for long after it. */
@Tag("full")
final class RealFaultTest extends FaultTest {

    @Override
    Servers servers() {
        return Servers.real(3);
    }

    @Override
    void done(Servers used) {
        used.close();
    }

    /** As long as Consul takes to find a new leader and to forget that it had none. */
    @Override
    ElectionConfig timing() {
        return ElectionConfig.forTtl(Duration.ofSeconds(8));
    }
}
