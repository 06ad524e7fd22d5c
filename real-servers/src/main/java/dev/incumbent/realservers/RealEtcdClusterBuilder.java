package dev.incumbent.realservers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link RealEtcdCluster}; each has a default. Not thread-safe. */
public final class RealEtcdClusterBuilder {

    /** Everything that a cluster is started with. */
    record Settings(
            EtcdInstallation installation,
            int nodes,
            boolean fsync,
            Duration heartbeat,
            Duration election,
            Duration authTokenTtl,
            Optional<TlsFiles> tls,
            boolean clientCertificates,
            boolean cuttable,
            Duration startTimeout,
            List<String> arguments) {}

    private final EtcdInstallation installation;
    private int nodes = 1;
    private boolean fsync;
    private Duration heartbeat = Duration.ofMillis(100);
    private Duration election = Duration.ofSeconds(1);
    private Duration authTokenTtl = Duration.ofMinutes(5);
    private @Nullable TlsFiles tls;
    private boolean clientCertificates;
    private boolean cuttable;
    private Duration startTimeout = Duration.ofSeconds(30);
    private final List<String> arguments = new ArrayList<>();

    RealEtcdClusterBuilder(EtcdInstallation installation) {
        this.installation = installation;
    }

    /** How many members; 1 by default. */
    public RealEtcdClusterBuilder nodes(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("nodes must be positive, not " + count);
        }
        nodes = count;
        return this;
    }

    /** Whether writes are forced to disk. Off by default: a killed process loses nothing, a crashed machine would. */
    public RealEtcdClusterBuilder fsync(boolean forced) {
        fsync = forced;
        return this;
    }

    /**
     * Heartbeat interval and election timeout; etcd's own 100 ms and 1 s by default. The least lease TTL follows from the
     * latter (one and a half times, in whole seconds). 10 ms and 100 ms make a new leader quick, and a busy machine restless.
     */
    public RealEtcdClusterBuilder heartbeat(Duration interval, Duration electionTimeout) {
        heartbeat = interval;
        election = electionTimeout;
        return this;
    }

    /** How long a token of {@code Authenticate} is good after its last use; 5 minutes by default, whole seconds. */
    public RealEtcdClusterBuilder authTokenTtl(Duration ttl) {
        authTokenTtl = ttl;
        return this;
    }

    /** TLS for clients, with keys made for this cluster; off by default. */
    public RealEtcdClusterBuilder tls() {
        tls = TlsFiles.create(installation.toString());
        return this;
    }

    /** TLS that also demands a client's certificate. */
    public RealEtcdClusterBuilder mutualTls() {
        clientCertificates = true;
        return tls();
    }

    /** Lets members reach each other through proxies, for {@link RealEtcdCluster#cutOff}; off by default. */
    public RealEtcdClusterBuilder cuttable() {
        cuttable = true;
        return this;
    }

    /** How long {@link #start()} waits for all members; 30 seconds by default. */
    public RealEtcdClusterBuilder startTimeout(Duration timeout) {
        startTimeout = timeout;
        return this;
    }

    /** More arguments for each server, such as {@code --quota-backend-bytes=16777216}. */
    public RealEtcdClusterBuilder arguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /**
     * Starts the cluster; returns when every member serves.
     *
     * @throws RealServerException if that does not happen in time; its message ends with the servers' last words
     */
    public RealEtcdCluster start() {
        return RealEtcdCluster.start(new Settings(
                installation,
                nodes,
                fsync,
                heartbeat,
                election,
                authTokenTtl,
                Optional.ofNullable(tls),
                clientCertificates,
                cuttable,
                startTimeout,
                List.copyOf(arguments)));
    }
}
