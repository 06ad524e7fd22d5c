package dev.incumbent.embedded.zookeeper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings of an ensemble that is to be started. Not thread-safe. */
public final class EmbeddedZooKeeperBuilder {

    private int nodes = 3;
    private Duration tickTime = Duration.ofMillis(200);
    private int initLimit = 20;
    private int syncLimit = 10;
    private @Nullable Duration minSessionTimeout;
    private @Nullable Duration maxSessionTimeout;
    private @Nullable Path directory;
    private boolean durable;
    private boolean tls;
    private final Map<String, String> saslUsers = new LinkedHashMap<>();
    private Duration startTimeout = Duration.ofSeconds(30);

    EmbeddedZooKeeperBuilder() {}

    /** How many nodes: 1, 3 or 5. Default 3. A single node runs as a quorum of one. */
    public EmbeddedZooKeeperBuilder nodes(int count) {
        this.nodes = count;
        return this;
    }

    /** ZooKeeper's unit of time; a leader pings its followers every half tick. Default 200 ms; ZooKeeper's own is 2 s. */
    public EmbeddedZooKeeperBuilder tickTime(Duration tick) {
        this.tickTime = tick;
        return this;
    }

    /** Ticks that a follower may take to connect and catch up. Default 20. */
    public EmbeddedZooKeeperBuilder initLimit(int ticks) {
        this.initLimit = ticks;
        return this;
    }

    /** Ticks of silence after which leader and follower give each other up. Default 10. */
    public EmbeddedZooKeeperBuilder syncLimit(int ticks) {
        this.syncLimit = ticks;
        return this;
    }

    /** Between what the servers negotiate session timeouts. Default: 2 and 20 ticks, but at least 30 s for the longest. */
    public EmbeddedZooKeeperBuilder sessionTimeouts(Duration shortest, Duration longest) {
        this.minSessionTimeout = shortest;
        this.maxSessionTimeout = longest;
        return this;
    }

    /** Where the nodes keep their data; stays when the ensemble is closed. Default: a temporary directory, deleted then. */
    public EmbeddedZooKeeperBuilder directory(Path path) {
        this.directory = path;
        return this;
    }

    /** Whether transactions are forced to disk before they are acknowledged. Default false. */
    public EmbeddedZooKeeperBuilder durable(boolean force) {
        this.durable = force;
        return this;
    }

    /**
     * Whether the nodes also serve TLS, with client certificates required, at
     * {@link EmbeddedZooKeeper#secureConnectString()}. Keys are made at start. Default false.
     */
    public EmbeddedZooKeeperBuilder tls(boolean serve) {
        this.tls = serve;
        return this;
    }

    /**
     * Adds a user who can log in by SASL (DIGEST-MD5), see {@link EmbeddedZooKeeper#saslClientConfig}. Clients that do
     * not log in are still served; ACLs are up to the test. Digest ACLs ({@code addAuthInfo}) need no user here.
     */
    public EmbeddedZooKeeperBuilder saslUser(String user, String password) {
        saslUsers.put(user, password);
        return this;
    }

    /** How long {@link #start()} waits until all nodes serve. Default 30 s. */
    public EmbeddedZooKeeperBuilder startTimeout(Duration timeout) {
        this.startTimeout = timeout;
        return this;
    }

    /**
     * Starts the ensemble and waits until every node serves.
     *
     * @throws IllegalArgumentException if settings contradict each other
     * @throws EmbeddedZooKeeperException if a node does not start, or not all serve in time; nothing is left running
     */
    public EmbeddedZooKeeper start() {
        Duration twoTicks = tickTime.multipliedBy(2);
        Duration twentyTicks = tickTime.multipliedBy(20);
        Duration halfMinute = Duration.ofSeconds(30);
        return EmbeddedZooKeeper.start(new Settings(
                nodes,
                tickTime,
                initLimit,
                syncLimit,
                minSessionTimeout == null ? twoTicks : minSessionTimeout,
                maxSessionTimeout == null
                        ? (twentyTicks.compareTo(halfMinute) < 0 ? halfMinute : twentyTicks)
                        : maxSessionTimeout,
                directory,
                durable,
                tls,
                saslUsers,
                startTimeout));
    }
}
