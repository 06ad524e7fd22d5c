package dev.incumbent.realservers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link RealConsulCluster}; each has a default. Not thread-safe. */
public final class RealConsulClusterBuilder {

    /** Everything that a cluster is started with. */
    record Settings(
            ConsulInstallation installation,
            int nodes,
            String datacenter,
            Duration sessionTtlMin,
            Optional<String> masterToken,
            Duration startTimeout,
            Map<String, String> more) {}

    private final ConsulInstallation installation;
    private int nodes = 1;
    private String datacenter = "dc1";
    private Duration sessionTtlMin = Duration.ofSeconds(1);
    private @Nullable String masterToken;
    private Duration startTimeout = Duration.ofSeconds(30);
    private final Map<String, String> more = new LinkedHashMap<>();

    RealConsulClusterBuilder(ConsulInstallation installation) {
        this.installation = installation;
    }

    /** How many servers; 1 by default. */
    public RealConsulClusterBuilder nodes(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("nodes must be positive, not " + count);
        }
        nodes = count;
        return this;
    }

    /** The datacenter's name; {@code dc1} by default. */
    public RealConsulClusterBuilder datacenter(String name) {
        datacenter = name;
        return this;
    }

    /**
     * The least TTL of a session; 1 second by default, so that tests need not wait for the 10 seconds of Consul's own
     * default. A session still expires only after twice its TTL.
     */
    public RealConsulClusterBuilder sessionTtlMin(Duration least) {
        sessionTtlMin = least;
        return this;
    }

    /** ACLs with the default policy {@code deny} and this master token, a UUID; off by default. */
    public RealConsulClusterBuilder acl(String master) {
        masterToken = master;
        return this;
    }

    /** How long {@link #start()} waits for all members; 30 seconds by default. */
    public RealConsulClusterBuilder startTimeout(Duration timeout) {
        startTimeout = timeout;
        return this;
    }

    /**
     * One more entry of each server's configuration, or another value for one that is there.
     *
     * @param json the value as it is written in the configuration file, such as {@code {"http_max_conns_per_client":1000}}
     */
    public RealConsulClusterBuilder setting(String name, String json) {
        more.put(name, json);
        return this;
    }

    /**
     * Starts the cluster; returns when every member serves and can have sessions.
     *
     * @throws RealServerException if that does not happen in time; its message ends with the servers' last words
     */
    public RealConsulCluster start() {
        return RealConsulCluster.start(new Settings(
                installation,
                nodes,
                datacenter,
                sessionTtlMin,
                Optional.ofNullable(masterToken),
                startTimeout,
                Map.copyOf(more)));
    }
}
