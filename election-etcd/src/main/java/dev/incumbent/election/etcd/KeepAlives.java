package dev.incumbent.election.etcd;

import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Renews a lease over one stream, and for as long as that is silent over others.
 *
 * <p>etcd answers a stream's requests in their order and says nothing else about which reply belongs to which request, so
 * the k-th reply on a stream proves what the stamp of the k-th request on it says. A stream that breaks takes its
 * unanswered stamps with it. Touched on the loop only.
 */
final class KeepAlives {

    private static final long PAUSE_NANOS = 50_000_000L;

    private final Cluster cluster;
    private final Ticker ticker;

    /** Streams that were asked and left for another; one reply ends them all. */
    private final List<Line> left = new ArrayList<>();

    private @Nullable Line line;
    private @Nullable Beat beat;

    KeepAlives(Cluster cluster, Ticker ticker) {
        this.cluster = cluster;
        this.ticker = ticker;
    }

    /** Renews; one at a time. */
    CompletableFuture<Outcome<Renewal>> renew(long lease) {
        if (beat != null || cluster.isClosed()) {
            return CompletableFuture.completedFuture(
                    EtcdErrors.unavailable(beat != null ? "a renewal is under way" : "the client is closed"));
        }
        Beat begun = new Beat(lease);
        beat = begun;
        begun.begin();
        return begun.result;
    }

    /** A stream, with the stamps of the requests on it that have not been answered, oldest first. */
    private final class Line {

        private final Deque<Stamp> unanswered = new ArrayDeque<>();
        private final GrpcStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream;

        Line() {
            this.stream = cluster.stream(LeaseGrpc.getLeaseKeepAliveMethod(), this::onReply, this::onClosed);
        }

        void ask(long lease) {
            unanswered.add(ticker.stamp());
            stream.send(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        }

        private void onReply(LeaseKeepAliveResponse reply) {
            Stamp sent = unanswered.poll();
            Beat current = beat;
            if (!cluster.sightings().recognises(reply.getHeader())) {
                if (current != null) {
                    current.fail("another cluster answers");
                }
            } else if (sent != null && current != null && current.lease == reply.getID()) {
                current.onReply(sent, reply.getTTL());
            }
        }

        private void onClosed(Status status) {
            if (EtcdErrors.isStaleToken(status)) {
                cluster.tokens().forget(stream.token());
            } else {
                cluster.failed(stream.endpoint());
            }
            left.remove(this);
            if (line == this) {
                line = null;
                Beat current = beat;
                if (current != null) {
                    current.onBroken(status);
                }
            }
        }

        void close(String why) {
            stream.close(why);
        }
    }

    /** One renewal: asked for on further streams for as long as it may take. */
    private final class Beat {

        private final long lease;
        private final CompletableFuture<Outcome<Renewal>> result = new CompletableFuture<>();
        private Subscription bound = () -> {};
        private Subscription impatience = () -> {};
        private String trouble = "no member answered";
        private int tried;

        Beat(long lease) {
            this.lease = lease;
        }

        void begin() {
            bound = cluster.loop().schedule(this::timeIsUp, cluster.boundNanos());
            authorizeAndAsk();
        }

        private void authorizeAndAsk() {
            if (beat != this) {
                return;
            }
            if (cluster.tokens().isReady()) {
                ask();
                return;
            }
            cluster.tokens().renew().thenAccept(status -> {
                if (beat == this && status.isOk()) {
                    ask();
                } else {
                    fail(EtcdErrors.message(status));
                }
            });
        }

        private void ask() {
            tried++;
            Line asked = line;
            if (asked == null) {
                asked = new Line();
                line = asked;
            }
            Line waitedFor = asked;
            impatience = cluster.loop().schedule(() -> leave(waitedFor), cluster.tryNanos(tried));
            asked.ask(lease);
        }

        /** Asks another member, too. A reply that comes after all is as good as any. */
        private void leave(Line silent) {
            trouble = silent.stream.endpoint() + " did not answer a keep-alive in time";
            cluster.failed(silent.stream.endpoint());
            if (line == silent) {
                line = null;
                left.add(silent);
            }
            authorizeAndAsk();
        }

        void onReply(Stamp sent, long ttlSeconds) {
            if (ttlSeconds > 0) {
                finish(new Outcome.Done<>(new Renewal(sent, Duration.ofSeconds(ttlSeconds))));
            } else {
                finish(new Outcome.Refused<>(
                        Refusal.SESSION_GONE, "etcd does not know the lease " + Long.toHexString(lease) + " any more"));
            }
        }

        void onBroken(Status status) {
            trouble = EtcdErrors.message(status);
            impatience.close();
            if (tried % cluster.size() == 0) {
                cluster.loop().schedule(this::authorizeAndAsk, PAUSE_NANOS);
            } else {
                authorizeAndAsk();
            }
        }

        private void timeIsUp() {
            Line silent = line;
            if (silent != null) {
                line = null;
                cluster.silent(silent.stream.endpoint());
                silent.close("silent");
            }
            fail(trouble);
        }

        private void fail(String why) {
            finish(EtcdErrors.unavailable("the lease was not renewed: " + why));
        }

        private void finish(Outcome<Renewal> outcome) {
            if (beat != this) {
                return;
            }
            beat = null;
            bound.close();
            impatience.close();
            left.forEach(line -> line.close("another member answered, or none did"));
            left.clear();
            result.complete(outcome);
        }
    }

    void close() {
        Beat current = beat;
        if (current != null) {
            current.fail("the client is closed");
        }
        Line open = line;
        if (open != null) {
            open.close("the client is closed");
        }
    }
}
