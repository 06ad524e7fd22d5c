package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Renewal;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which stamp a reply proves, on servers that answer when the test says so. */
final class KeepAliveTest {

    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(6);

    /** A member that takes keep-alives and answers when told. */
    private static final class Member extends LeaseGrpc.LeaseImplBase {

        private final LinkedBlockingQueue<StreamObserver<LeaseKeepAliveResponse>> asked = new LinkedBlockingQueue<>();
        private final Server server;

        Member() throws Exception {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(this)
                    .build()
                    .start();
        }

        @Override
        public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> answers) {
            return new StreamObserver<>() {
                @Override
                public void onNext(LeaseKeepAliveRequest request) {
                    asked.add(answers);
                }

                @Override
                public void onError(Throwable cancelled) {}

                @Override
                public void onCompleted() {}
            };
        }

        /** Waits for a request; yields the stream it came on. */
        StreamObserver<LeaseKeepAliveResponse> take() throws InterruptedException {
            StreamObserver<LeaseKeepAliveResponse> stream = asked.poll(20, TimeUnit.SECONDS);
            assertThat(stream).as("a keep-alive").isNotNull();
            return java.util.Objects.requireNonNull(stream);
        }
    }

    /** A clock that moves on by one with each stamp. */
    private static final class Counting implements Ticker {
        private final AtomicLong stamps = new AtomicLong();

        @Override
        public long nanoTime() {
            return stamps.incrementAndGet();
        }

        @Override
        public long wallMillis() {
            return 0;
        }

        Stamp at(long number) {
            return new Stamp(number, 0);
        }
    }

    private final Counting ticker = new Counting();
    private final IoLoop loop = new IoLoop("etcd");
    private final List<Member> members = new ArrayList<>();
    private Cluster cluster = new Cluster(loop, List.of(), BOUND_NANOS, null);
    private KeepAlives keepAlives = new KeepAlives(cluster, ticker);

    private void start(int count) throws Exception {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Member member = new Member();
            members.add(member);
            endpoints.add(new Endpoint(
                    "member-" + i,
                    NettyChannelBuilder.forAddress("127.0.0.1", member.server.getPort())
                            .usePlaintext()
                            .executor(loop)
                            .build(),
                    loop));
        }
        cluster = new Cluster(loop, endpoints, BOUND_NANOS, null);
        keepAlives = new KeepAlives(cluster, ticker);
    }

    @AfterEach
    void stop() throws InterruptedException {
        loop.execute(() -> {
            keepAlives.close();
            cluster.close();
            loop.close();
        });
        loop.awaitEnd(TimeUnit.SECONDS.toNanos(5));
        members.forEach(member -> member.server.shutdownNow());
    }

    private CompletableFuture<Outcome<Renewal>> renew() {
        CompletableFuture<Outcome<Renewal>> renewal = new CompletableFuture<>();
        loop.execute(() -> keepAlives.renew(7).thenAccept(renewal::complete));
        return renewal;
    }

    private static void answer(StreamObserver<LeaseKeepAliveResponse> stream, long ttl) {
        stream.onNext(LeaseKeepAliveResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(1))
                .setID(7)
                .setTTL(ttl)
                .build());
    }

    private static Outcome<Renewal> get(CompletableFuture<Outcome<Renewal>> renewal) throws Exception {
        return renewal.get(20, TimeUnit.SECONDS);
    }

    private static Stamp proved(CompletableFuture<Outcome<Renewal>> renewal) throws Exception {
        Outcome<Renewal> outcome = get(renewal);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done<Renewal>) outcome).value().countedFrom();
    }

    @Test
    void shouldProveTheStampOfItsOwnRequestWhenAnsweredInOrder() throws Exception {
        start(1);
        for (int i = 1; i <= 3; i++) {
            CompletableFuture<Outcome<Renewal>> renewal = renew();
            answer(members.get(0).take(), 5);
            assertThat(proved(renewal)).isEqualTo(ticker.at(i));
        }
    }

    @Test
    void shouldAskAnotherMemberWhenOneIsSilentAndTakeEitherReply() throws Exception {
        start(2);
        CompletableFuture<Outcome<Renewal>> renewal = renew();
        StreamObserver<LeaseKeepAliveResponse> silent = members.get(0).take();
        members.get(1).take();

        // The first answers after all: its reply proves the first stamp, however late it comes.
        answer(silent, 5);

        assertThat(proved(renewal)).isEqualTo(ticker.at(1));
    }

    @Test
    void shouldNotMistakeALateReplyForTheNextWhenItComesOnTheSameStream() throws Exception {
        start(2);
        CompletableFuture<Outcome<Renewal>> first = renew();
        StreamObserver<LeaseKeepAliveResponse> silent = members.get(0).take();
        StreamObserver<LeaseKeepAliveResponse> second = members.get(1).take();
        answer(silent, 5);
        assertThat(proved(first)).isEqualTo(ticker.at(1));

        CompletableFuture<Outcome<Renewal>> next = renew();
        members.get(1).take();
        // This answers what was asked first on this stream, the second stamp; a rule that takes the newest would say
        // the third.
        answer(second, 5);

        assertThat(proved(next)).isEqualTo(ticker.at(2));
    }

    @Test
    void shouldForgetItsStampsWhenAStreamBreaks() throws Exception {
        start(1);
        CompletableFuture<Outcome<Renewal>> renewal = renew();
        members.get(0).take().onError(Status.UNAVAILABLE.asRuntimeException());

        StreamObserver<LeaseKeepAliveResponse> anew = members.get(0).take();
        answer(anew, 5);

        assertThat(proved(renewal)).isEqualTo(ticker.at(2));
    }

    @Test
    void shouldBeRefusedWhenTheLeaseIsUnknown() throws Exception {
        start(1);
        CompletableFuture<Outcome<Renewal>> renewal = renew();
        answer(members.get(0).take(), 0);

        assertThat(get(renewal)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.SESSION_GONE));
    }

    @Test
    void shouldNotCountWhatAnotherClusterAnswers() throws Exception {
        start(1);
        CompletableFuture<Outcome<Renewal>> first = renew();
        answer(members.get(0).take(), 5);
        proved(first);

        CompletableFuture<Outcome<Renewal>> renewal = renew();
        members.get(0)
                .take()
                .onNext(LeaseKeepAliveResponse.newBuilder()
                        .setHeader(ResponseHeader.newBuilder().setClusterId(2))
                        .setID(7)
                        .setTTL(5)
                        .build());

        assertThat(get(renewal)).isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void shouldGiveUpWhenTheTimeIsOver() throws Exception {
        start(2);
        CompletableFuture<Outcome<Renewal>> renewal = renew();

        assertThat(get(renewal)).isInstanceOf(Outcome.Unavailable.class);
        assertThat(members.get(0).asked).isNotEmpty();
        assertThat(members.get(1).asked).isNotEmpty();
    }
}
