package dev.incumbent.cli.backend;

import static java.util.stream.Collectors.joining;

import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.consul.ConsulElections;
import dev.incumbent.election.etcd.EtcdElections;
import dev.incumbent.election.zookeeper.ZooKeeperElections;
import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A kind of coordinator. */
public enum Backend {
    /** Apache ZooKeeper. */
    ZOOKEEPER("ZooKeeper") {
        @Override
        public EmbeddedCoordinator startEmbedded(int nodes, Path directory) {
            EmbeddedZooKeeper ensemble = EmbeddedZooKeeper.builder()
                    .nodes(nodes)
                    .tickTime(TICK)
                    .directory(directory)
                    .start();
            return new EmbeddedCoordinator() {
                @Override
                public String address() {
                    return ensemble.connectString();
                }

                @Override
                public void close() {
                    ensemble.close();
                }
            };
        }

        @Override
        public ElectionClient connect(String address, String candidate, Duration ttl) {
            return ZooKeeperElections.builder()
                    .connectString(address)
                    .tickTime(TICK)
                    .candidateId(candidate)
                    .leaseTtl(ttl)
                    .build();
        }
    },

    /** etcd. */
    ETCD("etcd") {
        @Override
        public EmbeddedCoordinator startEmbedded(int nodes, Path directory) {
            EmbeddedEtcd cluster =
                    EmbeddedEtcd.builder().nodes(nodes).directory(directory).start();
            return new EmbeddedCoordinator() {
                @Override
                public String address() {
                    return String.join(",", cluster.endpoints());
                }

                @Override
                public void close() {
                    cluster.close();
                }
            };
        }

        @Override
        public ElectionClient connect(String address, String candidate, Duration ttl) {
            return EtcdElections.builder()
                    .endpoints(address.split(",", -1))
                    .root("incumbent-demo")
                    .candidateId(candidate)
                    .leaseTtl(ttl)
                    .build();
        }

        @Override
        public Optional<String> whyNotReal() {
            return Optional.empty();
        }
    },

    /** HashiCorp Consul. */
    CONSUL("Consul") {
        @Override
        public EmbeddedCoordinator startEmbedded(int nodes, Path directory) {
            EmbeddedConsul cluster = EmbeddedConsul.builder()
                    .nodes(nodes)
                    .sessionTtlMin(demoLease())
                    .directory(directory)
                    .start();
            return new EmbeddedCoordinator() {
                @Override
                public String address() {
                    return String.join(",", cluster.httpEndpoints());
                }

                @Override
                public void close() {
                    cluster.close();
                }
            };
        }

        @Override
        public ElectionClient connect(String address, String candidate, Duration ttl) {
            return ConsulElections.builder()
                    .endpoints(address.split(",", -1))
                    .sessionTtlMin(demoLease())
                    .root("incumbent-demo")
                    .candidateId(candidate)
                    .leaseTtl(ttl)
                    .build();
        }

        @Override
        public Duration demoLease() {
            return Duration.ofSeconds(2);
        }

        @Override
        public String afterCrash() {
            return "two leases after its last heartbeat, which is when Consul ends its session, and one lease more, since a"
                    + " session can also be ended early";
        }

        @Override
        public Optional<String> whyNotReal() {
            return Optional.of("the demo's leases of " + demoLease().toSeconds() + " s are shorter than the 10 s that "
                    + title() + " grants as it is shipped");
        }
    };

    /** The demo's servers tick ten times as fast as ZooKeeper's default, so that leases of seconds are safe to grant. */
    private static final Duration TICK = Duration.ofMillis(200);

    private final String title;

    Backend(String title) {
        this.title = title;
    }

    /**
     * Starts servers in this process and waits until they serve.
     *
     * @param nodes how many
     * @param directory where they keep their data; not deleted by them
     * @return the running servers, to be closed by the caller
     */
    public abstract EmbeddedCoordinator startEmbedded(int nodes, Path directory);

    /**
     * Whether {@link #connect} can be given servers that {@link #startEmbedded} did not start.
     *
     * @return empty if it can, else the reason
     */
    public Optional<String> whyNotReal() {
        return Optional.of(
                title + " servers of another tick time than the demo's would need to tell it, and there is no"
                        + " option for that yet");
    }

    /**
     * The time to live of a candidate's session in the demonstration.
     *
     * @return short, so that nobody has to wait long for a crashed leader's to end
     */
    public Duration demoLease() {
        return Duration.ofSeconds(4);
    }

    /**
     * When somebody else may lead after a crash of the leader.
     *
     * @return the end of a sentence
     */
    public String afterCrash() {
        return demoLease().toSeconds() + " s after its last heartbeat";
    }

    /**
     * Makes a client of running servers, in this process or another. Does not wait for them.
     *
     * @param address their {@link EmbeddedCoordinator#address()}, or where others serve, separated by commas
     * @param candidate the name to stand under
     * @param ttl the session's time to live
     * @return the client, to be closed by the caller
     */
    public abstract ElectionClient connect(String address, String candidate, Duration ttl);

    /**
     * The product's own spelling, for people.
     *
     * @return the name
     */
    public String title() {
        return title;
    }

    /**
     * The name used on the command line.
     *
     * @return the name in lower case
     */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds a backend by its name on the command line.
     *
     * @param id the name; case does not matter
     * @return the backend, or empty if there is none of that name
     */
    public static Optional<Backend> byId(String id) {
        return Arrays.stream(values())
                .filter(backend -> backend.id().equalsIgnoreCase(id))
                .findFirst();
    }

    /**
     * Lists the names for a message.
     *
     * @return the names, separated by commas
     */
    public static String available() {
        return Arrays.stream(values()).map(Backend::id).collect(joining(", "));
    }
}
