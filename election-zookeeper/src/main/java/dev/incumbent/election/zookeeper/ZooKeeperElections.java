package dev.incumbent.election.zookeeper;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionConfigException;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.ElectionClientBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.curator.framework.AuthInfo;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.PathUtils;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * Elections over Apache ZooKeeper 3.5 and newer.
 *
 * <p>The session timeout is the lease's time to live, and what the servers grant counts. Their {@code tickTime} must be
 * told if it is not the default of 2 s, because what a heartbeat proves depends on it: a value smaller than the real one
 * forfeits S2.
 *
 * <h2>Guarantees</h2>
 *
 * <ul>
 *   <li>S2 (lease containment) under the assumptions of {@code docs/model/ZkChain.tla}: while it commits, the ZooKeeper
 *       leader's ping loop is not late by half a tick; its session tracker is not held up between taking an expired session
 *       out of its queue and closing it; {@code localSessionsEnabled} is off; and clients do not connect to observers that
 *       are fed by followers ({@code observerMasterPort}).
 *   <li>Sessions outlive a loss of quorum of up to four session timeouts, and with them the places in the queues; on the
 *       caller's own {@code CuratorFramework}, up to one.
 *   <li>Members that use Curator's {@code LeaderLatch} on the path of {@link Builder#nativePath} and ours are candidates of
 *       one election.
 * </ul>
 *
 * <h2>Does not guarantee</h2>
 *
 * <ul>
 *   <li>S1 and S2 of members that use another recipe: a {@code LeaderLatch} believes in itself for seconds after its
 *       session has gone.
 * </ul>
 */
public final class ZooKeeperElections {

    private ZooKeeperElections() {}

    /**
     * Starts a client's configuration.
     *
     * @return a builder; name the servers with {@link Builder#connectString} or {@link Builder#framework}
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder extends ElectionClientBuilder<Builder> {

        private @Nullable String connectString;
        private @Nullable CuratorFramework framework;
        private String root = "/incumbent";
        private Duration tickTime = Duration.ofSeconds(2);
        private @Nullable ZKClientConfig clientConfig;
        private @Nullable ACLProvider aclProvider;
        private final List<AuthInfo> auths = new ArrayList<>();
        private final Map<String, String> nativePaths = new HashMap<>();

        private Builder() {}

        /**
         * Names the servers, as ZooKeeper's own client takes them: {@code host:port,host:port/chroot}.
         *
         * @param servers the servers
         * @return this
         */
        public Builder connectString(String servers) {
            this.connectString = Objects.requireNonNull(servers, "servers");
            return this;
        }

        /**
         * Works on the caller's own connection instead of one of ours. It must be started, is never closed by us, and must
         * not be read-only; its session timeout, namespace, credentials and chroot hold. Its handles do not tell when they
         * connected, so a session takes a little more than one tick to open.
         *
         * @param curator the connection
         * @return this
         */
        public Builder framework(CuratorFramework curator) {
            this.framework = Objects.requireNonNull(curator, "curator");
            return this;
        }

        /**
         * Sets where everything is kept; by default {@code /incumbent}, below the chroot.
         *
         * @param path an absolute path
         * @return this
         */
        public Builder root(String path) {
            this.root = validated(path);
            return this;
        }

        /**
         * Tells the servers' {@code tickTime}; by default 2 s.
         *
         * @param tick as configured at the servers, never less
         * @return this
         */
        public Builder tickTime(Duration tick) {
            this.tickTime = Objects.requireNonNull(tick, "tick");
            return this;
        }

        /**
         * Configures ZooKeeper's own client: TLS, SASL.
         *
         * @param config the configuration
         * @return this
         */
        public Builder clientConfig(ZKClientConfig config) {
            this.clientConfig = Objects.requireNonNull(config, "config");
            return this;
        }

        /**
         * Adds credentials that are presented on every connection.
         *
         * @param scheme such as {@code digest}
         * @param secret such as {@code user:password} in UTF-8
         * @return this
         */
        public Builder authorization(String scheme, byte[] secret) {
            auths.add(new AuthInfo(scheme, secret.clone()));
            return this;
        }

        /**
         * Decides which ACL each node gets; by default everybody may do everything. Candidates must be able to read each
         * other's nodes.
         *
         * @param provider asked for each path that is made, as the raw handle sees it
         * @return this
         */
        public Builder aclProvider(ACLProvider provider) {
            this.aclProvider = Objects.requireNonNull(provider, "provider");
            return this;
        }

        /**
         * Gives every node the same ACL.
         *
         * @param acl the ACL, such as {@link ZooDefs.Ids#CREATOR_ALL_ACL}
         * @return this
         */
        public Builder acl(List<ACL> acl) {
            return aclProvider(new SameAcl(List.copyOf(acl)));
        }

        /**
         * Keeps one election where a {@code LeaderLatch} keeps it, so that both see each other.
         *
         * @param election the election's name
         * @param path the latch's path, absolute
         * @return this
         */
        public Builder nativePath(String election, String path) {
            Objects.requireNonNull(election, "election");
            if (nativePaths.containsValue(validated(path))) {
                throw new ElectionConfigException("Two elections cannot share the path " + path);
            }
            nativePaths.put(election, path);
            return this;
        }

        private static String validated(String path) {
            try {
                PathUtils.validatePath(path);
            } catch (IllegalArgumentException malformed) {
                throw new ElectionConfigException(
                        "Not an absolute ZooKeeper path: " + path + ": " + malformed.getMessage());
            }
            if (path.equals("/")) {
                throw new ElectionConfigException("The path must not be the root of all; name a node below it");
            }
            return path;
        }

        @Override
        protected Coordinator coordinator(ElectionConfig config, Ticker ticker) {
            Timings timings = new Timings(config, tickTime);
            timings.check();
            Link link = link(config, ticker);
            Map<String, String> natives = new HashMap<>();
            nativePaths.forEach((election, path) -> natives.put(election, link.prefix() + path));
            for (String path : natives.values()) {
                if ((path + "/").startsWith(link.prefix() + root + "/")) {
                    throw new ElectionConfigException(
                            "A native path must not lie below the root " + root + ": " + path);
                }
            }
            Layout layout = new Layout(link.prefix() + root, natives);
            return ZooKeeperCoordinator.start(link, new Ground(layout, acls()), timings, ticker);
        }

        private Link link(ElectionConfig config, Ticker ticker) {
            CuratorFramework own = framework;
            String servers = connectString;
            if ((own == null) == (servers == null)) {
                throw new ElectionConfigException("Name the servers either by connectString or by framework, not by "
                        + (own == null ? "none" : "both"));
            }
            if (own != null) {
                if (!auths.isEmpty() || clientConfig != null) {
                    throw new ElectionConfigException(
                            "Credentials and clientConfig belong to the connection; set them on the framework");
                }
                return new CallersLink(own);
            }
            try {
                return new OwnLink(Objects.requireNonNull(servers), config.leaseTtl(), auths, clientConfig, ticker);
            } catch (IllegalArgumentException malformed) {
                throw new ElectionConfigException("Not a connect string: " + servers + ": " + malformed.getMessage());
            }
        }

        private ACLProvider acls() {
            ACLProvider provider = aclProvider;
            if (provider != null) {
                return provider;
            }
            return new SameAcl(ZooDefs.Ids.OPEN_ACL_UNSAFE);
        }
    }

    private record SameAcl(List<ACL> acl) implements ACLProvider {

        @Override
        public List<ACL> getDefaultAcl() {
            return acl;
        }

        @Override
        public List<ACL> getAclForPath(String path) {
            return acl;
        }
    }
}
