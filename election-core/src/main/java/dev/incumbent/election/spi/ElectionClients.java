package dev.incumbent.election.spi;

import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.internal.runtime.CoordinatedClient;

/** Makes clients from coordinators; what adapters' builders call last. */
public final class ElectionClients {

    private ElectionClients() {}

    /**
     * Starts a client. It connects in the background.
     *
     * @param coordinator the coordinator; closed with the client
     * @param config the timing, already checked against the coordinator's own bounds
     * @param runtime clocks, threads, chance
     * @return the client
     */
    public static ElectionClient create(Coordinator coordinator, ElectionConfig config, ElectionRuntime runtime) {
        return CoordinatedClient.start(coordinator, config, runtime);
    }
}
