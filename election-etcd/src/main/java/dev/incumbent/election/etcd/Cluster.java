package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
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

    /** Pause before the same member is asked again. */
    private static final long PAUSE_NANOS = 50_000_000L;

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    /** Told when the cluster turns out to be another one, or an older one, than before. */
    interface Witness {
        void rebuilt(String what);
    }

    private final Loop loop;
    private final List<Endpoint> endpoints;
    private final long boundNanos;
    private final Tokens tokens;
    private final Versions versions = new Versions();
    private final Set<Unary<?, ?>> open = new HashSet<>();
    private int preferred;
    private long clusterId;
    private long revision;
    private Witness witness = what -> {};
    private boolean closed;

    /**
     * Makes one.
     *
     * @param loop where everything happens
     * @param endpoints the members, at least one, closed with the cluster
     * @param boundNanos what a call may take, all tries together
     * @param credentials the user, null for none
     */
    Cluster(Loop loop, List<Endpoint> endpoints, long boundNanos, @Nullable Credentials credentials) {
        this.loop = loop;
        this.endpoints = List.copyOf(endpoints);
        this.boundNanos = boundNanos;
        this.tokens = new Tokens(this, credentials);
    }

    void witness(Witness told) {
        witness = told;
    }

    Loop loop() {
        return loop;
    }

    Tokens tokens() {
        return tokens;
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
        return begin(new Unary<>(rpc, request, false, true));
    }

    <Q, R> CompletableFuture<Reply<R>> write(Rpc<Q, R> rpc, Q request) {
        return begin(new Unary<>(rpc, request, true, true));
    }

    /** For the request that gets a token. */
    <Q, R> CompletableFuture<Reply<R>> readUnauthenticated(Rpc<Q, R> rpc, Q request) {
        return begin(new Unary<>(rpc, request, false, false));
    }

    private static <Q, R> CompletableFuture<Reply<R>> begin(Unary<Q, R> call) {
        call.begin();
        return call.result;
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

    // ---- who answers

    /** Compares who answered with who answered before. Yields whether it is the same cluster. */
    boolean recognises(ResponseHeader header) {
        long id = header.getClusterId();
        if (id == 0 || id == clusterId) {
            return true;
        }
        long before = clusterId;
        clusterId = id;
        if (before == 0) {
            return true;
        }
        revision = 0;
        witness.rebuilt("cluster " + Long.toHexString(before) + " became cluster " + Long.toHexString(id));
        return false;
    }

    private void recognise(ResponseHeader header, boolean linearizable, long floor) {
        if (!recognises(header) || !linearizable) {
            return;
        }
        long now = header.getRevision();
        if (now < floor && floor <= revision) {
            revision = now;
            witness.rebuilt("the revision fell from " + floor + " to " + now);
        } else {
            revision = Math.max(revision, now);
        }
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

    // ---- one request

    /** Notes whether a request may have left the process. */
    private static final class Departure extends ClientStreamTracer.Factory {

        private volatile boolean sent;

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transport, Metadata metadata) {
                    sent = true;
                }
            };
        }
    }

    private final class Unary<Q, R> {

        private final Rpc<Q, R> rpc;
        private final Q request;
        private final boolean write;
        private final boolean authenticated;
        private final CompletableFuture<Reply<R>> result = new CompletableFuture<>();
        private final long floor = revision;
        private Subscription bound = () -> {};
        private Subscription impatience = () -> {};
        private @Nullable ClientCall<Q, R> call;
        private Departure departure = new Departure();
        private boolean timeIsUp;
        private @Nullable String token;
        private boolean renewedToken;
        private int tried;

        Unary(Rpc<Q, R> rpc, Q request, boolean write, boolean authenticated) {
            this.rpc = rpc;
            this.request = request;
            this.write = write;
            this.authenticated = authenticated;
        }

        void begin() {
            if (closed) {
                result.complete(Reply.failed(Status.UNAVAILABLE.withDescription("the client is closed"), false));
                return;
            }
            open.add(this);
            bound = loop.schedule(this::timeIsUp, boundNanos);
            authorizeAndSend();
        }

        private void authorizeAndSend() {
            if (!authenticated || tokens.isReady()) {
                send();
                return;
            }
            tokens.renew().thenAccept(status -> {
                if (status.isOk()) {
                    send();
                } else {
                    finish(Reply.failed(status, false));
                }
            });
        }

        private void send() {
            if (result.isDone()) {
                return;
            }
            tried++;
            Endpoint endpoint = preferred();
            Departure leaving = new Departure();
            departure = leaving;
            token = tokens.current();
            ClientCall<Q, R> sending =
                    endpoint.channel().newCall(rpc.method(), CallOptions.DEFAULT.withStreamTracerFactory(leaving));
            call = sending;
            impatience = loop.schedule(
                    () -> {
                        if (!write || !leaving.sent) {
                            sending.cancel("no answer from " + endpoint + " in time", null);
                        }
                    },
                    tryNanos(tried));
            sending.start(new Answer(endpoint, leaving), headers(authenticated));
            sending.sendMessage(request);
            sending.halfClose();
            sending.request(2);
        }

        private final class Answer extends ClientCall.Listener<R> {

            private final Endpoint endpoint;
            private final Departure departure;
            private @Nullable R value;

            Answer(Endpoint endpoint, Departure departure) {
                this.endpoint = endpoint;
                this.departure = departure;
            }

            @Override
            public void onMessage(R message) {
                value = message;
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                impatience.close();
                R answer = value;
                if (status.isOk() && answer != null) {
                    recognise(rpc.header().apply(answer), rpc.linearizable(), floor);
                    finish(Reply.of(answer));
                    versions.examine(endpoint, headers(authenticated), boundNanos);
                } else {
                    boolean empty = status.isOk();
                    onFailure(endpoint, empty ? Status.INTERNAL.withDescription("no message") : status, departure.sent);
                }
            }
        }

        private void onFailure(Endpoint endpoint, Status status, boolean sent) {
            boolean stale = authenticated && EtcdErrors.isStaleToken(status);
            if (stale) {
                tokens.forget(token);
            }
            if (stale && !renewedToken) {
                renewedToken = true;
                impatience.close();
                authorizeAndSend();
                return;
            }
            if (stale || EtcdErrors.refusal(status) != null) {
                finish(Reply.failed(status, sent));
                return;
            }
            failed(endpoint);
            boolean mayRepeat = !write || !sent || EtcdErrors.isNoLeader(status);
            if (timeIsUp || closed || !mayRepeat) {
                finish(Reply.failed(status, sent));
            } else if (tried % endpoints.size() == 0) {
                loop.schedule(this::send, PAUSE_NANOS);
            } else {
                send();
            }
        }

        private void timeIsUp() {
            abort("no answer in time");
        }

        /** Ends it with what is known now. */
        void abort(String why) {
            timeIsUp = true;
            ClientCall<Q, R> underWay = call;
            if (underWay != null) {
                underWay.cancel(why, null);
            }
            // Read after the cancellation: what has not left by now never will.
            finish(Reply.failed(Status.UNAVAILABLE.withDescription(why), departure.sent));
        }

        private void finish(Reply<R> reply) {
            timeIsUp = true;
            bound.close();
            impatience.close();
            open.remove(this);
            result.complete(reply);
        }
    }

    // ---- the end

    /** Ends what is open, and the connections. */
    void close() {
        closed = true;
        for (Unary<?, ?> call : List.copyOf(open)) {
            call.abort("the client is closed");
        }
        endpoints.forEach(Endpoint::close);
    }
}
