package dev.incumbent.embedded.etcd.internal.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How members serve.
 *
 * @param electionTimeout of the raft cluster; what a new leader adds to each lease, and what streams wait for a leader
 * @param requestTimeout after which a request is answered with "request timed out"
 * @param minLeaseTtl shorter leases are made this long
 * @param leaseSweep how often the leader looks for leases that are over
 * @param tokenTtl how long a token lives after its last use
 * @param progressInterval how often quiet watches that asked for it are told the revision
 * @param tls if clients come over TLS
 */
public record ServerSettings(
        Duration electionTimeout,
        Duration requestTimeout,
        Duration minLeaseTtl,
        Duration leaseSweep,
        Duration tokenTtl,
        Duration progressInterval,
        Optional<Tls> tls) {

    /** The largest request, as etcd's default has it, in bytes. */
    static final int MAX_REQUEST_BYTES = 1536 * 1024;

    /** What a request's envelope may take beyond that. */
    static final int OVERHEAD_BYTES = 512 * 1024;

    long minLeaseTtlSeconds() {
        return Math.max(1, minLeaseTtl.plusSeconds(1).minusNanos(1).toSeconds());
    }

    /**
     * Where the keys of TLS are, as PEM files.
     *
     * @param certificate the servers' certificate chain
     * @param key its private key, PKCS #8
     * @param clientAuthorities who signs clients' certificates; if present, clients without one are refused, and the common
     *     name of a certificate stands for a user if no token came along
     */
    public record Tls(Path certificate, Path key, Optional<Path> clientAuthorities) {}
}
