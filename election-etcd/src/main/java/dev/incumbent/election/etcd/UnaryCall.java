package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request, and its tries at one member after the other; see {@link Cluster} for what is tried again. Touched on the
 * loop only.
 */
final class UnaryCall<Q, R> {

    /** Pause before the same member is asked again. */
    private static final long PAUSE_NANOS = 50_000_000L;

    /** Notes whether a request may have left the process. */
    private static final class Departure extends ClientStreamTracer.Factory {

        private volatile boolean sent;

        /** Our end of the connection, which another connection does not share. */
        private volatile @Nullable SocketAddress connection;

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transport, Metadata metadata) {
                    connection = transport.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR);
                    sent = true;
                }
            };
        }
    }

    private final Cluster cluster;
    private final Rpc<Q, R> rpc;
    private final Q request;
    private final boolean write;
    private final boolean authenticated;
    private final CompletableFuture<Reply<R>> result = new CompletableFuture<>();
    private final Sightings.Mark mark;
    private Subscription bound = () -> {};
    private Subscription impatience = () -> {};
    private @Nullable ClientCall<Q, R> call;
    private Departure departure = new Departure();
    private boolean timeIsUp;
    private @Nullable String token;
    private boolean renewedToken;
    private int tried;

    UnaryCall(Cluster cluster, Rpc<Q, R> rpc, Q request, boolean write, boolean authenticated) {
        this.cluster = cluster;
        this.rpc = rpc;
        this.mark = cluster.sightings().mark();
        this.request = request;
        this.write = write;
        this.authenticated = authenticated;
    }

    CompletableFuture<Reply<R>> begin() {
        if (cluster.isClosed()) {
            result.complete(Reply.failed(Status.UNAVAILABLE.withDescription("the client is closed"), false));
        } else {
            bound = cluster.loop().schedule(this::timeIsUp, cluster.boundNanos());
            authorizeAndSend();
        }
        return result;
    }

    private void authorizeAndSend() {
        if (!authenticated || cluster.tokens().isReady()) {
            send();
            return;
        }
        cluster.tokens().renew().thenAccept(status -> {
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
        Endpoint endpoint = cluster.preferred();
        Departure leaving = new Departure();
        departure = leaving;
        token = cluster.tokens().current();
        ClientCall<Q, R> sending =
                endpoint.channel().newCall(rpc.method(), CallOptions.DEFAULT.withStreamTracerFactory(leaving));
        call = sending;
        impatience = cluster.loop()
                .schedule(
                        () -> {
                            if (!write || !leaving.sent) {
                                sending.cancel("no answer from " + endpoint + " in time", null);
                            }
                        },
                        cluster.tryNanos(tried));
        sending.start(new Answer(endpoint, leaving), cluster.headers(authenticated));
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
                recognise(rpc.header().apply(answer));
                finish(Reply.of(answer));
                cluster.versions()
                        .examine(endpoint, departure.connection, cluster.headers(authenticated), cluster.boundNanos());
            } else {
                boolean empty = status.isOk();
                onFailure(endpoint, empty ? Status.INTERNAL.withDescription("no message") : status, departure.sent);
            }
        }
    }

    private void onFailure(Endpoint endpoint, Status status, boolean sent) {
        boolean stale = authenticated && EtcdErrors.isStaleToken(status);
        if (stale) {
            cluster.tokens().forget(token);
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
        cluster.failed(endpoint);
        boolean mayRepeat = !write || !sent || EtcdErrors.isNoLeader(status);
        if (timeIsUp || cluster.isClosed() || !mayRepeat) {
            finish(Reply.failed(status, sent));
        } else if (tried % cluster.size() == 0) {
            cluster.loop().schedule(this::send, PAUSE_NANOS);
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
        result.complete(reply);
    }

    private void recognise(ResponseHeader header) {
        if (rpc.linearizable()) {
            cluster.sightings().linearizable(header, mark);
        } else {
            cluster.sightings().recognises(header);
        }
    }
}
