package dev.incumbent.embedded.etcd.internal.server;

import java.time.Duration;
import java.util.Optional;

final class TestSettings {

    static final Duration ELECTION = Duration.ofSeconds(1);

    private TestSettings() {}

    static ServerSettings settings() {
        return new ServerSettings(
                ELECTION,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofMillis(100),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                Optional.empty());
    }
}
