package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.IoLoop;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to a cluster through one member at a time, each bounded.
 *
 * <p>A read, and a write that certainly was not sent, goes on to the next member until the time is up. A write that was sent
 * is never sent again here: what its loss leaves open is for the caller to look up. Touched on the loop only.
 */
final class Cluster {

    private static final Logger log = LoggerFactory.getLogger(Cluster.class);

    private static final int MOST_TRIES = 3;

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final IoLoop loop;
    private final List<Endpoint> endpoints;
    private final long boundNanos;
    private final Tokens tokens;
    private final Versions versions = new Versions();
    private final Sightings sightings = new Sightings();
    private final Set<UnaryCall<?, ?>> open = new HashSet<>();
    private int preferred;
    private boolean closed;

    /**
     * Makes one.
     *
     * @param loop where everything happens
     * @param endpoints the members, at least one, closed with the cluster
     * @param boundNanos what a call may take, all tries together
     * @param credentials the user, null for none
     */
    Cluster(IoLoop loop, List<Endpoint> endpoints, long boundNanos, @Nullable Credentials credentials) {
        this.loop = loop;
        this.endpoints = List.copyOf(endpoints);
        this.boundNanos = boundNanos;
        this.tokens = new Tokens(this, credentials);
    }

    IoLoop loop() {
        return loop;
    }

    Tokens tokens() {
        return tokens;
    }

    Versions versions() {
        return versions;
    }

    /** Who has answered so far. */
    Sightings sightings() {
        return sightings;
    }

    /**
     * How long one member is waited for before another is asked: briefly at first, and where nobody else is left, as long as
     * there is time, so that a cluster that is slow all over is still served.
     *
     * @param tried how many were tried before, this one included
     */
    long tryNanos(int tried) {
        int others = Math.min(endpoints.size(), MOST_TRIES) - tried;
        return others <= 0 ? boundNanos : boundNanos / (2L * MOST_TRIES) * tried;
    }

    long boundNanos() {
        return boundNanos;
    }

    int size() {
        return endpoints.size();
    }

    boolean isClosed() {
        return closed;
    }

    Endpoint preferred() {
        return endpoints.get(preferred);
    }

    /** A member did not do its work: others are preferred from now on. */
    void failed(Endpoint endpoint) {
        if (endpoint == preferred() && endpoints.size() > 1) {
            preferred = (preferred + 1) % endpoints.size();
            log.debug("etcd: {} failed, going on with {}", endpoint, preferred());
        }
    }

    /** A member does not answer at all, which may be due to the connection alone. */
    void silent(Endpoint endpoint) {
        endpoint.reconnect();
        failed(endpoint);
    }

    <Q, R> CompletableFuture<Reply<R>> read(Rpc<Q, R> rpc, Q request) {
        return begin(new UnaryCall<>(this, rpc, request, false, true));
    }

    <Q, R> CompletableFuture<Reply<R>> write(Rpc<Q, R> rpc, Q request) {
        return begin(new UnaryCall<>(this, rpc, request, true, true));
    }

    /** For the request that gets a token. */
    <Q, R> CompletableFuture<Reply<R>> readUnauthenticated(Rpc<Q, R> rpc, Q request) {
        return begin(new UnaryCall<>(this, rpc, request, false, false));
    }

    private <Q, R> CompletableFuture<Reply<R>> begin(UnaryCall<Q, R> call) {
        open.add(call);
        return call.begin().whenComplete((reply, defect) -> open.remove(call));
    }

    Metadata headers(boolean authenticated) {
        Metadata headers = new Metadata();
        headers.put(HAS_LEADER, "true");
        String token = tokens.current();
        if (authenticated && token != null) {
            headers.put(TOKEN, token);
        }
        return headers;
    }

    // ---- streams

    /**
     * Opens a stream to the preferred member. The listener is told on the loop, at last that it has closed.
     *
     * @param method which
     * @param onMessage told of each message
     * @param onClose told once, unless the stream was closed by the caller
     * @return the stream
     */
    <Q, R> GrpcStream<Q, R> stream(MethodDescriptor<Q, R> method, Consumer<R> onMessage, Consumer<Status> onClose) {
        Endpoint endpoint = preferred();
        GrpcStream<Q, R> stream =
                new GrpcStream<>(endpoint, endpoint.channel().newCall(method, CallOptions.DEFAULT), onMessage, onClose);
        stream.start(headers(true), tokens.current());
        return stream;
    }

    // ---- the end

    /** Ends what is open, and the connections. */
    void close() {
        closed = true;
        for (UnaryCall<?, ?> call : List.copyOf(open)) {
            call.abort("the client is closed");
        }
        endpoints.forEach(Endpoint::close);
    }
}
