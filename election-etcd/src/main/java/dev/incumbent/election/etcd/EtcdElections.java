package dev.incumbent.election.etcd;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionConfigException;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.ElectionClientBuilder;
import dev.incumbent.election.spi.IoLoop;
import io.grpc.ClientInterceptor;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Elections over etcd 3.4 and newer.
 *
 * <p>The time to live is that of a lease, in whole seconds: what is asked for is rounded up, and what etcd grants counts,
 * which is never less than one and a half election timeouts of the servers (2 s as they are shipped).
 *
 * <h2>Guarantees</h2>
 *
 * <ul>
 *   <li>S2 (lease containment) on etcd 3.4.31, 3.5.13 and newer: a lease's keys stand for its time to live from the instant at which
 *       the server took the last keep-alive that it confirmed, counted on the etcd leader's monotonic clock. Older servers are
 *       warned of, once each: a leader whose disk stalled goes on confirming keep-alives after another has ended the lease
 *       (etcd #15247), and ends leases that were renewed elsewhere (#16822).
 *   <li>Candidates of {@code etcdctl elect}, of Go's {@code concurrency.Election}, and ours on one
 *       {@link Builder#nativePath} are candidates of one election.
 * </ul>
 *
 * <h2>Does not guarantee</h2>
 *
 * <ul>
 *   <li>S1 and S2 of members that use another recipe: they count their leases from the reply and carry no generation.
 *   <li>S1 after a restore from a backup, unless the generation is raised ({@link
 *       dev.incumbent.election.ElectionAdmin#raiseGeneration}). A client refuses office until then where it sees another
 *       cluster id, a revision, a member's Raft term or a generation that fell. It cannot see a cluster restored under its
 *       old ids that has grown past the revisions the client knows and has had as many elections as the lost one.
 *   <li>That a lost leader is replaced within the time to live: a new etcd leader lets every lease run for its whole time to
 *       live again.
 * </ul>
 */
public final class EtcdElections {

    private EtcdElections() {}

    /**
     * Starts a client's configuration.
     *
     * @return a builder; name the members with {@link Builder#endpoints}
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder extends ElectionClientBuilder<Builder> {

        private static final Duration SHORTEST_TTL = Duration.ofSeconds(2);

        private final List<String> endpoints = new ArrayList<>();
        private final Map<String, String> nativePaths = new HashMap<>();
        private final List<ClientInterceptor> interceptors = new ArrayList<>();
        private String root = "/incumbent";
        private String namespace = "";
        private EtcdFollowing following = EtcdFollowing.AUTO;
        private @Nullable Credentials credentials;
        private Encryption encryption = Encryption.none();

        private Builder() {}

        /**
         * Names the members, as etcd's own clients take them: {@code http://host:port}, {@code https://host:port} or
         * {@code host:port}. Requests go to the first until it fails, then to the next. Adds to those named before.
         *
         * @param urls the client URLs of some members, best of all
         * @return this
         */
        public Builder endpoints(String... urls) {
            endpoints.addAll(List.of(urls));
            return this;
        }

        /**
         * Sets what all keys begin with; by default {@code /incumbent}.
         *
         * @param path without a slash at its end
         * @return this
         */
        public Builder root(String path) {
            this.root = validated(path, "root");
            return this;
        }

        /**
         * Puts something in front of every key, native paths included, as etcd's {@code namespace} wrappers do.
         *
         * @param prefix such as {@code tenant-7/}; empty for nothing
         * @return this
         */
        public Builder namespace(String prefix) {
            this.namespace = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * Keeps one election where {@code etcdctl elect} and Go's {@code concurrency.Election} keep it, so that all see each
         * other. There an entry's value is the payload alone, or the candidate's id where there is no payload.
         *
         * @param election the election's name
         * @param path the name given to {@code etcdctl elect}, the prefix given to {@code NewElection}; without a slash at
         *     its end
         * @return this
         */
        public Builder nativePath(String election, String path) {
            Objects.requireNonNull(election, "election");
            if (nativePaths.containsValue(validated(path, "native path"))) {
                throw new ElectionConfigException("Two elections cannot share the path " + path);
            }
            nativePaths.put(election, path);
            return this;
        }

        /**
         * Logs in as a user. Tokens are got and renewed as needed.
         *
         * @param user its name
         * @param password its password
         * @return this
         */
        public Builder credentials(String user, String password) {
            this.credentials =
                    new Credentials(Objects.requireNonNull(user, "user"), Objects.requireNonNull(password, "password"));
            return this;
        }

        /**
         * Trusts servers whose certificate one of these has signed, and no others. Endpoints must not say {@code http}.
         *
         * @param certificates a PEM file
         * @return this
         */
        public Builder trust(Path certificates) {
            this.encryption = encryption.trusting(certificates);
            return this;
        }

        /**
         * Shows a certificate of our own to the servers (mutual TLS).
         *
         * @param certificate a PEM file, the chain included
         * @param key its private key, a PEM file in PKCS #8
         * @return this
         */
        public Builder clientCertificate(Path certificate, Path key) {
            this.encryption = encryption.showing(certificate, key);
            return this;
        }

        /**
         * Encrypts as the caller configured it. Replaces {@link #trust} and {@link #clientCertificate}.
         *
         * @param context a client's context, prepared by {@code GrpcSslContexts}
         * @return this
         */
        public Builder sslContext(SslContext context) {
            this.encryption = Encryption.of(Objects.requireNonNull(context, "context"));
            return this;
        }

        /**
         * Chooses how entries are followed; by default {@link EtcdFollowing#AUTO}.
         *
         * @param how one of the ways
         * @return this
         */
        public Builder following(EtcdFollowing how) {
            this.following = Objects.requireNonNull(how, "how");
            return this;
        }

        /** For tests: sees every call. */
        Builder interceptor(ClientInterceptor interceptor) {
            interceptors.add(interceptor);
            return this;
        }

        private static String validated(String path, String name) {
            Objects.requireNonNull(path, name);
            if (path.isEmpty() || path.endsWith("/")) {
                throw new ElectionConfigException(
                        "The " + name + " must not be empty nor end with a slash: '" + path + "'");
            }
            return path;
        }

        @Override
        protected Coordinator coordinator(ElectionConfig config, Ticker ticker) {
            checkTtl(config);
            checkNativePaths();
            Map<String, String> natives = new HashMap<>();
            nativePaths.forEach((election, path) -> natives.put(election, namespace + path));
            Layout layout = new Layout(namespace + root, natives);
            IoLoop loop = new IoLoop("etcd");
            long bound = config.callTimeout().toNanos() / 10 * 9;
            List<Endpoint> members;
            try {
                members = Channels.open(endpoints, encryption, interceptors, loop);
            } catch (ElectionConfigException malformed) {
                loop.close();
                throw malformed;
            }
            Cluster cluster = new Cluster(loop, members, bound, credentials);
            EtcdCoordinator.Settings settings = new EtcdCoordinator.Settings(
                    wholeSeconds(config.leaseTtl()), config.renewInterval().toNanos());
            return new EtcdCoordinator(cluster, layout, settings, following, ticker, new SecureRandom());
        }

        private static void checkTtl(ElectionConfig config) {
            if (config.leaseTtl().compareTo(SHORTEST_TTL) < 0) {
                throw new ElectionConfigException("leaseTtl must be at least " + SHORTEST_TTL
                        + ", the least that etcd grants as it is shipped; it is " + config.leaseTtl());
            }
        }

        private void checkNativePaths() {
            if (nativePaths.size() > Raise.MOST_NATIVE_PATHS) {
                throw new ElectionConfigException("A client has at most " + Raise.MOST_NATIVE_PATHS
                        + " native paths, which a raise of the generation empties in one Txn; these are "
                        + nativePaths.size());
            }
            for (String path : nativePaths.values()) {
                if ((path + "/").startsWith(root + "/") || (root + "/").startsWith(path + "/")) {
                    throw new ElectionConfigException(
                            "A native path must lie neither below nor above the root " + root + ": " + path);
                }
                for (String other : nativePaths.values()) {
                    if (!path.equals(other) && path.startsWith(other + "/")) {
                        throw new ElectionConfigException(
                                "One native path must not lie below another: " + path + " and " + other);
                    }
                }
            }
        }

        private static long wholeSeconds(Duration ttl) {
            return ttl.plusNanos(999_999_999).toSeconds();
        }
    }
}
