package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.ElectionRuntime;

/** Being built. */
public abstract class CoordinatedClient implements ElectionClient {
    public static ElectionClient start(Coordinator coordinator, ElectionConfig config, ElectionRuntime runtime) {
        if (coordinator != null) {
            throw new IllegalStateException("being built");
        }
        return (ElectionClient) (Object) config;
    }
}
