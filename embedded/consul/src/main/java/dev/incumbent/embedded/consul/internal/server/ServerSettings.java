package dev.incumbent.embedded.consul.internal.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How members serve.
 *
 * @param datacenter what they say theirs is
 * @param sessionTtlMin the shortest time to live that a session may ask for
 * @param hold how long a request waits for a leader
 * @param electionTimeout of the raft cluster
 * @param sweep how often the leader looks for sessions that are over
 * @param tombstoneTtl how long it is known that a key was deleted
 * @param nodeFailure after how long a member that is down fails its health check; empty if never
 * @param tls if clients come over TLS
 * @param access who may do what
 */
public record ServerSettings(
        String datacenter,
        Duration sessionTtlMin,
        Duration hold,
        Duration electionTimeout,
        Duration sweep,
        Duration tombstoneTtl,
        Optional<Duration> nodeFailure,
        Optional<Tls> tls,
        Access access) {

    /** The largest value of a key, and the largest body of a Txn, in bytes. */
    static final int MAX_VALUE_BYTES = 512 * 1024;

    /** The most operations that a Txn may have. */
    static final int MAX_OPERATIONS = 64;

    /** The longest time to live of a session. */
    static final Duration MAX_SESSION_TTL = Duration.ofHours(24);

    /**
     * Where the keys of TLS are, as PEM files.
     *
     * @param certificate the servers' certificate chain
     * @param key its private key, PKCS #8
     * @param clientAuthorities who signs clients' certificates; if present, clients without one are refused
     */
    public record Tls(Path certificate, Path key, Optional<Path> clientAuthorities) {}
}
