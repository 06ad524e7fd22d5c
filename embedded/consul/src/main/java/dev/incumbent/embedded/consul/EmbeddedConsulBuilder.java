package dev.incumbent.embedded.consul;

import dev.incumbent.embedded.consul.internal.server.Access;
import dev.incumbent.embedded.consul.internal.server.ServerSettings;
import dev.incumbent.embedded.consul.internal.store.GoText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings of a cluster that is to be started. Not thread-safe. */
public final class EmbeddedConsulBuilder {

    private int nodes = 3;
    private final List<Integer> ports = new ArrayList<>();
    private String nodeName = "consul";
    private String datacenter = "dc1";
    private @Nullable Path directory;
    private boolean fsync = true;
    private Duration heartbeat = Duration.ofMillis(50);
    private Duration electionTimeout = Duration.ofMillis(400);
    private Duration sessionTtlMin = Duration.ofSeconds(10);
    private Duration sessionSweep = Duration.ofMillis(50);
    private Duration hold = Duration.ofSeconds(7);
    private Duration tombstoneTtl = Duration.ofMinutes(15);
    private @Nullable Duration nodeFailure;
    private int snapshotEvery = 10_000;
    private @Nullable Path certificate;
    private @Nullable Path key;
    private @Nullable Path clientAuthorities;
    private @Nullable String managementToken;
    private final Map<String, Access.Rights> tokens = new HashMap<>();
    private Duration startTimeout = Duration.ofSeconds(30);

    EmbeddedConsulBuilder() {}

    /** How many nodes: 1, 3 or 5. Default 3. */
    public EmbeddedConsulBuilder nodes(int count) {
        this.nodes = count;
        return this;
    }

    /** On which ports of 127.0.0.1 the nodes serve, in the order of their numbers. Default: free ones. */
    public EmbeddedConsulBuilder ports(int... wanted) {
        ports.clear();
        for (int port : wanted) {
            ports.add(port);
        }
        return this;
    }

    /** What the nodes are called, before a hyphen and their number. Default {@code consul}. */
    public EmbeddedConsulBuilder nodeName(String prefix) {
        this.nodeName = prefix;
        return this;
    }

    /** What the servers say their datacenter is. Default {@code dc1}. Requests for any other are refused. */
    public EmbeddedConsulBuilder datacenter(String name) {
        this.datacenter = name;
        return this;
    }

    /** Where the nodes keep their data; stays when the cluster is closed. Default: a temporary directory, deleted then. */
    public EmbeddedConsulBuilder directory(Path path) {
        this.directory = path;
        return this;
    }

    /**
     * Whether a write is forced to the device before it is acknowledged. Default true. Without it, what was acknowledged still
     * survives the end of this JVM, however sudden, but not that of the machine.
     */
    public EmbeddedConsulBuilder fsync(boolean force) {
        this.fsync = force;
        return this;
    }

    /** How often a leader shows itself. Default 50 ms; Consul's own is 500 ms with raft_multiplier 1. */
    public EmbeddedConsulBuilder heartbeat(Duration interval) {
        this.heartbeat = interval;
        return this;
    }

    /** After how long without a leader one is elected; at least two heartbeats. Default 400 ms; Consul's own is 1 s and more. */
    public EmbeddedConsulBuilder electionTimeout(Duration timeout) {
        this.electionTimeout = timeout;
        return this;
    }

    /** The shortest time to live that a session may ask for, as Consul's {@code session_ttl_min}. Default 10 s, as Consul's. */
    public EmbeddedConsulBuilder sessionTtlMin(Duration ttl) {
        this.sessionTtlMin = ttl;
        return this;
    }

    /** How often the leader looks for sessions that are over. Default 50 ms. They are over after twice their time to live. */
    public EmbeddedConsulBuilder sessionSweep(Duration interval) {
        this.sessionSweep = interval;
        return this;
    }

    /** How long a request waits for a leader before it is told that there is none. Default 7 s, as Consul's. */
    public EmbeddedConsulBuilder hold(Duration time) {
        this.hold = time;
        return this;
    }

    /**
     * How long it is at least known that a key was deleted: the index of a prefix covers deletions in it for that long, and can
     * drop afterwards. Forgotten before twice that time is over. Default 15 min, as Consul's.
     */
    public EmbeddedConsulBuilder tombstoneTtl(Duration time) {
        this.tombstoneTtl = time;
        return this;
    }

    /**
     * After how long a killed node fails its check {@code serfHealth}, which ends the sessions that depend on it, as it ends those
     * of a real server that died. Default: never. Consul takes some seconds.
     */
    public EmbeddedConsulBuilder nodeFailure(Duration time) {
        this.nodeFailure = time;
        return this;
    }

    /** After how many commands a node takes a snapshot and drops its log before that. Default 10,000. */
    public EmbeddedConsulBuilder snapshotEvery(int commands) {
        this.snapshotEvery = commands;
        return this;
    }

    /**
     * Has clients come over TLS.
     *
     * @param certificateChain the servers' certificate, for 127.0.0.1, as PEM
     * @param privateKey its key, PKCS #8, as PEM
     */
    public EmbeddedConsulBuilder tls(Path certificateChain, Path privateKey) {
        this.certificate = certificateChain;
        this.key = privateKey;
        return this;
    }

    /**
     * Has clients show a certificate; needs {@link #tls}.
     *
     * @param authorities who signed them, as PEM
     */
    public EmbeddedConsulBuilder clientAuth(Path authorities) {
        this.clientAuthorities = authorities;
        return this;
    }

    /**
     * Turns access control on: what no token allows is denied, and this one allows everything. Default: off.
     *
     * <p>This is not Consul's ACL system, whose endpoints are not there: tokens and rules are fixed when the cluster starts. What
     * clients see is the same: {@code 403 ACL not found} for a token that does not exist, {@code 403 Permission denied}, keys and
     * sessions that are left out of lists, {@code 409} for a Txn. Tokens are taken from {@code ?token=}, then from the header
     * {@code X-Consul-Token}, then from {@code Authorization: Bearer}. Only this token sees servers, in agent, catalog and health;
     * {@code /v1/status} is open to all.
     *
     * @param token its secret
     */
    public EmbeddedConsulBuilder managementToken(String token) {
        this.managementToken = token;
        return this;
    }

    /**
     * Has a token; needs {@link #managementToken}. Called more than once for a token, it adds to it; of the rules that match a key
     * that with the longest prefix counts. The empty token stands for clients that come without one.
     *
     * @param token its secret
     * @param keyPrefix which keys its holder may read
     * @param writeKeys whether they may also be written
     * @param writeSessions whether sessions may be seen, created, renewed and destroyed
     */
    public EmbeddedConsulBuilder token(String token, String keyPrefix, boolean writeKeys, boolean writeSessions) {
        Access.Rights rights = new Access.Rights(
                List.of(new Access.KeyRule(GoText.bytes(keyPrefix), writeKeys)), writeSessions, false);
        tokens.merge(token, rights, EmbeddedConsulBuilder::sum);
        return this;
    }

    private static Access.Rights sum(Access.Rights one, Access.Rights other) {
        List<Access.KeyRule> keys = new ArrayList<>(one.keys());
        keys.addAll(other.keys());
        return new Access.Rights(keys, one.sessions() || other.sessions(), false);
    }

    /** How long {@link #start()} waits for a leader. Default 30 s. */
    public EmbeddedConsulBuilder startTimeout(Duration timeout) {
        this.startTimeout = timeout;
        return this;
    }

    /**
     * Starts the cluster and waits until all nodes serve.
     *
     * @throws IllegalArgumentException if settings contradict each other
     * @throws EmbeddedConsulException if a node does not start, or none leads in time; nothing is left running
     */
    public EmbeddedConsul start() {
        ServerSettings serving = new ServerSettings(
                datacenter,
                sessionTtlMin,
                hold,
                electionTimeout,
                sessionSweep,
                tombstoneTtl,
                Optional.ofNullable(nodeFailure),
                tls(),
                access());
        return EmbeddedConsul.start(new Settings(
                nodes,
                ports,
                nodeName,
                Optional.ofNullable(directory),
                fsync,
                heartbeat,
                snapshotEvery,
                startTimeout,
                serving));
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

    private Access access() {
        if (managementToken == null) {
            if (!tokens.isEmpty()) {
                throw new IllegalArgumentException("token(...) needs managementToken(...)");
            }
            return Access.OPEN;
        }
        Map<String, Access.Rights> all = new HashMap<>(tokens);
        Access.Rights anonymous = all.remove("");
        all.put(managementToken, Access.Rights.ALL);
        return new Access(true, anonymous == null ? Access.Rights.NONE : anonymous, all);
    }
}
