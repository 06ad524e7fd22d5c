package dev.incumbent.embedded.etcd;

import dev.incumbent.embedded.etcd.internal.server.ServerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings of a cluster that is to be started. Not thread-safe. */
public final class EmbeddedEtcdBuilder {

    private int nodes = 3;
    private final List<Integer> ports = new ArrayList<>();
    private @Nullable Path directory;
    private boolean fsync = true;
    private Duration heartbeat = Duration.ofMillis(50);
    private Duration electionTimeout = Duration.ofMillis(400);
    private Duration minLeaseTtl = Duration.ofSeconds(2);
    private Duration leaseSweep = Duration.ofMillis(100);
    private @Nullable Duration requestTimeout;
    private Duration tokenTtl = Duration.ofMinutes(5);
    private Duration progressInterval = Duration.ofMinutes(10);
    private int snapshotEvery = 10_000;
    private @Nullable Path certificate;
    private @Nullable Path key;
    private @Nullable Path clientAuthorities;
    private Duration startTimeout = Duration.ofSeconds(30);

    EmbeddedEtcdBuilder() {}

    /** How many nodes: 1, 3 or 5. Default 3. */
    public EmbeddedEtcdBuilder nodes(int count) {
        this.nodes = count;
        return this;
    }

    /** On which ports of 127.0.0.1 the nodes serve, in the order of their numbers. Default: free ones. */
    public EmbeddedEtcdBuilder ports(int... wanted) {
        ports.clear();
        for (int port : wanted) {
            ports.add(port);
        }
        return this;
    }

    /** Where the nodes keep their data; stays when the cluster is closed. Default: a temporary directory, deleted then. */
    public EmbeddedEtcdBuilder directory(Path path) {
        this.directory = path;
        return this;
    }

    /**
     * Whether a write is forced to the device before it is acknowledged. Default true. Without it, what was acknowledged still
     * survives the end of this JVM, however sudden, but not that of the machine.
     */
    public EmbeddedEtcdBuilder fsync(boolean force) {
        this.fsync = force;
        return this;
    }

    /** How often a leader shows itself. Default 50 ms; etcd's own is 100 ms. */
    public EmbeddedEtcdBuilder heartbeat(Duration interval) {
        this.heartbeat = interval;
        return this;
    }

    /** After how long without a leader one is elected; at least two heartbeats. Default 400 ms; etcd's own is 1 s. */
    public EmbeddedEtcdBuilder electionTimeout(Duration timeout) {
        this.electionTimeout = timeout;
        return this;
    }

    /**
     * Leases that are asked for with less get this much, rounded up to seconds. Default 2 s, which is what etcd makes of its own
     * election timeout (one and a half of it, rounded up). At least 1 s.
     */
    public EmbeddedEtcdBuilder minLeaseTtl(Duration ttl) {
        this.minLeaseTtl = ttl;
        return this;
    }

    /** How often the leader looks for leases that are over. Default 100 ms; etcd's own is 500 ms. */
    public EmbeddedEtcdBuilder leaseSweep(Duration interval) {
        this.leaseSweep = interval;
        return this;
    }

    /** How long a request waits for a leader, and for its outcome. Default: as with etcd 5 s and two election timeouts. */
    public EmbeddedEtcdBuilder requestTimeout(Duration timeout) {
        this.requestTimeout = timeout;
        return this;
    }

    /** How long a token lives after it was last used. Default 300 s. */
    public EmbeddedEtcdBuilder tokenTtl(Duration ttl) {
        this.tokenTtl = ttl;
        return this;
    }

    /** How often quiet watches that asked for progress are told of it. Default 10 min. */
    public EmbeddedEtcdBuilder progressInterval(Duration interval) {
        this.progressInterval = interval;
        return this;
    }

    /** After how many commands a node takes a snapshot and drops its log before that. Default 10,000. */
    public EmbeddedEtcdBuilder snapshotEvery(int commands) {
        this.snapshotEvery = commands;
        return this;
    }

    /**
     * Has clients come over TLS.
     *
     * @param certificateChain the servers' certificate, for 127.0.0.1, as PEM
     * @param privateKey its key, PKCS #8, as PEM
     */
    public EmbeddedEtcdBuilder tls(Path certificateChain, Path privateKey) {
        this.certificate = certificateChain;
        this.key = privateKey;
        return this;
    }

    /**
     * Has clients show a certificate; needs {@link #tls}. Its common name is the client's user, as with etcd's
     * {@code --client-cert-auth}, unless it comes with a token.
     *
     * @param authorities who signed them, as PEM
     */
    public EmbeddedEtcdBuilder clientAuth(Path authorities) {
        this.clientAuthorities = authorities;
        return this;
    }

    /** How long {@link #start()} waits for a leader. Default 30 s. */
    public EmbeddedEtcdBuilder startTimeout(Duration timeout) {
        this.startTimeout = timeout;
        return this;
    }

    /**
     * Starts the cluster and waits until a node leads.
     *
     * @throws IllegalArgumentException if settings contradict each other
     * @throws EmbeddedEtcdException if a node does not start, or none leads in time; nothing is left running
     */
    public EmbeddedEtcd start() {
        Duration request =
                requestTimeout == null ? Duration.ofSeconds(5).plus(electionTimeout.multipliedBy(2)) : requestTimeout;
        ServerSettings serving = new ServerSettings(
                electionTimeout, request, minLeaseTtl, leaseSweep, tokenTtl, progressInterval, tls());
        return EmbeddedEtcd.start(new Settings(
                nodes, ports, Optional.ofNullable(directory), fsync, heartbeat, snapshotEvery, startTimeout, serving));
    }

    private Optional<ServerSettings.Tls> tls() {
        if (certificate == null || key == null) {
            if (clientAuthorities != null) {
                throw new IllegalArgumentException("clientAuth(...) needs tls(...)");
            }
            return Optional.empty();
        }
        return Optional.of(new ServerSettings.Tls(certificate, key, Optional.ofNullable(clientAuthorities)));
    }
}
