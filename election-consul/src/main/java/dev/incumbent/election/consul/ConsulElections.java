package dev.incumbent.election.consul;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionConfigException;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.ElectionClientBuilder;
import dev.incumbent.election.spi.IoLoop;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Elections over Consul 1.8 and newer.
 *
 * <p>The time to live is that of a session, 10 s to 24 h unless the servers allow shorter ones. Consul ends a session that is not
 * renewed after <em>twice</em> that time, and the next in line then gives a holder that may have been cut off the time that it
 * counts with. So after a crash the next candidate leads after three times the time to live: 30 s at the least as Consul is shipped.
 * A candidate that resigns is followed at once.
 *
 * <h2>Guarantees</h2>
 *
 * <ul>
 *   <li>S2 (lease containment): a holder believes in itself for the time to live from before it sent the last renewal that was
 *       confirmed. Consul counts twice that time, and begins anew under a new leader; a leader that was deposed without knowing
 *       may confirm renewals for as long as its own lease lasts (500 ms times {@code raft_multiplier}, at most 5 s), which has
 *       to be less than the time to live. An entry whose session was ended by an operator, by the deregistration of its node, or by
 *       expiry is left in place until its holder's time to live has passed ({@link Builder#waitForHolders}).
 *   <li>The epoch is the Raft index at which the entry was locked ({@code CreateIndex}).
 * </ul>
 *
 * <h2>Does not guarantee</h2>
 *
 * <ul>
 *   <li>S2 where three things come together: a session is ended before its time, by an operator or with its node; a server that
 *       led was frozen meanwhile and goes on, not knowing of its successor; and the holder reaches no other server. A renewal
 *       that the old leader confirms before it steps down counts from when it was sent. Fencing covers it.
 *   <li>S1 and S2 of others that hold a {@link Builder#sharedKey}: they carry no generation and mostly learn nothing of the end of
 *       their session.
 *   <li>That sessions survive their node: they belong to the agent through which they were opened, and end when that is
 *       deregistered ({@link Builder#sessionNode}). They are bound to no health check.
 * </ul>
 */
public final class ConsulElections {

    private ConsulElections() {}

    /**
     * Starts a client's configuration.
     *
     * @return a builder; name the agents with {@link Builder#endpoints}
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder extends ElectionClientBuilder<Builder> {

        private static final Duration LONGEST_LOCK_DELAY = Duration.ofSeconds(60);

        private final List<String> endpoints = new ArrayList<>();
        private final Map<String, String> sharedKeys = new HashMap<>();
        private String root = "incumbent";
        private @Nullable String datacenter;
        private @Nullable Token token;
        private Encryption encryption = Encryption.none();
        private Duration sessionTtlMin = Duration.ofSeconds(10);
        private @Nullable Duration lockDelay;
        private @Nullable String sessionNode;
        private boolean waitForHolders = true;
        private ConsulFollowing following = ConsulFollowing.AUTO;
        private UnaryOperator<Agents.Sender> tap = sender -> sender;

        private Builder() {}

        /**
         * Names the agents, servers or clients: {@code http://host:port}, {@code https://host:port} or {@code host:port}.
         * Requests go to the first until it fails, then to the next. Adds to those named before.
         *
         * @param urls best of all the agent on this machine first
         * @return this
         */
        public Builder endpoints(String... urls) {
            endpoints.addAll(List.of(urls));
            return this;
        }

        /**
         * Sets what all keys begin with; by default {@code incumbent}.
         *
         * @param path without a slash at either end
         * @return this
         */
        public Builder root(String path) {
            this.root = validated(path, "root");
            return this;
        }

        /**
         * Holds the elections in another datacenter than the agents' own. Needs a {@link #sessionNode} that is registered there:
         * Consul would bind the session to the agent's own node, which that datacenter does not know, or to another of the same
         * name.
         *
         * @param name the datacenter's name
         * @return this
         */
        public Builder datacenter(String name) {
            this.datacenter = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Shows an ACL token. It needs {@code session:write} on the agent's node and {@code key:write} below the root. It is sent
         * in a header and never logged.
         *
         * @param secretId the token's secret id
         * @return this
         */
        public Builder token(String secretId) {
            if (!secretId.matches("[!-~]+")) {
                throw new ElectionConfigException(
                        "The token must consist of visible ASCII characters; is there a line end or a blank in it?");
            }
            this.token = new Token(secretId);
            return this;
        }

        /**
         * Trusts agents whose certificate one of these has signed, and no others. Endpoints must not say {@code http}.
         *
         * @param certificates a PEM file
         * @return this
         */
        public Builder trust(Path certificates) {
            this.encryption = encryption.trusting(certificates);
            return this;
        }

        /**
         * Shows a certificate of our own to the agents (mutual TLS).
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
         * @param context a client's context
         * @return this
         */
        public Builder sslContext(SSLContext context) {
            this.encryption = Encryption.of(Objects.requireNonNull(context, "context"));
            return this;
        }

        /**
         * Says which time to live the servers take at least, where they are configured with a {@code session_ttl_min} of their
         * own; by default 10 s.
         *
         * @param least the servers' setting
         * @return this
         */
        public Builder sessionTtlMin(Duration least) {
            this.sessionTtlMin = Objects.requireNonNull(least, "least");
            return this;
        }

        /**
         * Binds the session to a node of the catalog; by default to that of the agent through which it is opened, and it ends when
         * that is deregistered. That is right for an agent on this machine. Where the endpoints are servers it is not: one that
         * has died is deregistered after some seconds by the others, and takes all sessions along that were opened through it.
         *
         * @param name the name of a node that is registered, such as an external one
         * @return this
         */
        public Builder sessionNode(String name) {
            this.sessionNode = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Says whether the next in line waits, where a session has ended without its holder having resigned, until that holder
         * cannot believe in itself any more; by default it does.
         *
         * <p>Without it a leader whose session somebody else has ended may go on beside its successor until it hears of that:
         * <strong>S2 (lease containment) is waived</strong>. That is right only where every effect of every leadership is
         * fenced; then a crash is followed by a new leader after twice the time to live instead of three times.
         *
         * @param wait whether it waits
         * @return this
         */
        public Builder waitForHolders(boolean wait) {
            this.waitForHolders = wait;
            return this;
        }

        /**
         * Chooses how entries are followed; by default {@link ConsulFollowing#AUTO}.
         *
         * @param how one of the ways
         * @return this
         */
        public Builder following(ConsulFollowing how) {
            this.following = Objects.requireNonNull(how, "how");
            return this;
        }

        /**
         * Sets how long keys cannot be locked again after a session that had them locked was lost, at most 60 s. Entries do
         * without; it protects {@linkplain #sharedKey shared keys} and must be longer there than the time to live. By default it
         * is a tenth more than the time to live where there are shared keys, else nothing.
         *
         * @param delay the time
         * @return this
         */
        public Builder lockDelay(Duration delay) {
            this.lockDelay = Objects.requireNonNull(delay, "delay");
            return this;
        }

        /**
         * Makes an election one with those who lock a key, such as {@code consul lock} and users of Go's {@code api.Lock}: who is the
         * first of ours in the queue leads only while it holds that key as well. Between ours S1 and S2 hold as
         * elsewhere; nobody promises them for the others.
         *
         * @param election the election's name
         * @param key the key; {@code consul lock PREFIX} locks {@code PREFIX/.lock}
         * @return this
         */
        public Builder sharedKey(String election, String key) {
            Objects.requireNonNull(election, "election");
            if (sharedKeys.containsValue(validated(key, "shared key"))) {
                throw new ElectionConfigException("Two elections cannot share the key " + key);
            }
            sharedKeys.put(election, key);
            return this;
        }

        /** For tests: sees every request. */
        Builder tap(UnaryOperator<Agents.Sender> between) {
            this.tap = between;
            return this;
        }

        private static String validated(String path, String name) {
            Objects.requireNonNull(path, name);
            if (path.isEmpty() || path.startsWith("/") || path.endsWith("/")) {
                throw new ElectionConfigException(
                        "The " + name + " must not be empty nor begin or end with a slash: '" + path + "'");
            }
            return path;
        }

        @Override
        protected Coordinator coordinator(ElectionConfig config, Ticker ticker) {
            checkTtl(config);
            checkDatacenter();
            checkSharedKeys();
            Transport.checkRepeats();
            long bound = config.callTimeout().toNanos() / 10 * 9;
            List<URI> agents = Endpoints.parse(endpoints, encryption.isConfigured());
            Sessions.Settings session =
                    new Sessions.Settings(config.leaseTtl(), effectiveLockDelay(config), sessionNode);
            Transport transport = new Transport(
                    new Transport.Settings(datacenter, token, encryption.context(), Duration.ofNanos(bound / 3)));
            IoLoop loop = new IoLoop("consul");
            return new ConsulCoordinator(
                    new Agents(loop, tap.apply(transport::send), transport::close, agents, bound),
                    new Layout(root, Map.copyOf(sharedKeys)),
                    new ConsulCoordinator.Settings(session, waitForHolders, following),
                    ticker,
                    new SecureRandom());
        }

        private void checkDatacenter() {
            if (datacenter != null && sessionNode == null) {
                throw new ElectionConfigException("datacenter(" + datacenter
                        + ") needs sessionNode(...), a node that is registered in that datacenter; leave it out for the"
                        + " agents' own datacenter");
            }
        }

        private void checkTtl(ElectionConfig config) {
            if (config.leaseTtl().compareTo(sessionTtlMin) < 0) {
                throw new ElectionConfigException("leaseTtl must be at least " + sessionTtlMin
                        + ", the least that Consul takes (sessionTtlMin says so where it is configured otherwise); it is "
                        + config.leaseTtl());
            }
            if (config.leaseTtl().toNanosPart() % 1_000_000 != 0) {
                throw new ElectionConfigException(
                        "leaseTtl is told to Consul in whole milliseconds; it is " + config.leaseTtl());
            }
        }

        private Duration effectiveLockDelay(ElectionConfig config) {
            Duration needed = config.leaseTtl().plus(config.leaseTtl().dividedBy(10));
            Duration chosen = lockDelay != null ? lockDelay : sharedKeys.isEmpty() ? Duration.ZERO : needed;
            if (chosen.isNegative() || chosen.compareTo(LONGEST_LOCK_DELAY) > 0) {
                throw new ElectionConfigException(
                        "Consul takes lock-delays of up to " + LONGEST_LOCK_DELAY + "; this is " + chosen
                                + (lockDelay != null ? "" : ", a tenth more than leaseTtl, for the shared keys"));
            }
            if (!sharedKeys.isEmpty() && waitForHolders && chosen.compareTo(config.leaseTtl()) <= 0) {
                throw new ElectionConfigException("With shared keys lockDelay must be longer than leaseTtl: " + chosen
                        + " <= " + config.leaseTtl());
            }
            return chosen;
        }

        private void checkSharedKeys() {
            if (sharedKeys.size() > Raise.MOST_SHARED_KEYS) {
                throw new ElectionConfigException("A client has at most " + Raise.MOST_SHARED_KEYS
                        + " shared keys, which a raise of the generation deletes in one Txn; these are "
                        + sharedKeys.size());
            }
            for (String key : sharedKeys.values()) {
                if (key.equals(root) || key.startsWith(root + "/")) {
                    throw new ElectionConfigException("A shared key must not lie below the root " + root + ": " + key);
                }
            }
        }
    }
}
