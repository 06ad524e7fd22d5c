package dev.incumbent.embedded.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.embedded.etcd.wire.DeleteRangeResponse;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveResponse;
import dev.incumbent.embedded.etcd.wire.PutResponse;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.TxnResponse;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The comparison can fail: two equal servers agree, and each lie in one's replies is found soon. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutantsTest {

    private static final int ENOUGH = 15;
    private static final int LENGTH = 60;

    private final EmbeddedEtcd leftServer = EmbeddedEtcd.start(1);
    private final EmbeddedEtcd rightServer = EmbeddedEtcd.start(1);
    private final ManagedChannel leftChannel = Channels.to(leftServer.endpoint(1));
    private final ManagedChannel rightChannel = Channels.to(rightServer.endpoint(1));

    @AfterAll
    void stop() {
        Channels.close(leftChannel);
        Channels.close(rightChannel);
        leftServer.close();
        rightServer.close();
    }

    /** What a server may get wrong. */
    enum Lie {
        COUNT(reply -> reply instanceof RangeResponse range && range.getCount() > 1
                ? range.toBuilder().setCount(range.getCount() - 1).build()
                : reply),
        MORE(reply -> reply instanceof RangeResponse range && range.getMore()
                ? range.toBuilder().setMore(false).build()
                : reply),
        VERSION(reply -> reply instanceof RangeResponse range && range.getKvsCount() > 0
                ? range.toBuilder().setKvs(0, grown(range.getKvs(0))).build()
                : reply),
        PREVIOUS(reply ->
                reply instanceof PutResponse put ? put.toBuilder().clearPrevKv().build() : reply),
        DELETED(reply -> reply instanceof DeleteRangeResponse deleted && deleted.getPrevKvsCount() > 1
                ? deleted.toBuilder()
                        .setPrevKvs(0, deleted.getPrevKvs(1))
                        .setPrevKvs(1, deleted.getPrevKvs(0))
                        .build()
                : reply),
        BRANCH(reply -> reply instanceof TxnResponse txn
                ? txn.toBuilder().setSucceeded(!txn.getSucceeded()).build()
                : reply),
        REVISION(reply -> reply instanceof PutResponse put
                ? put.toBuilder()
                        .setHeader(put.getHeader().toBuilder()
                                .setRevision(put.getHeader().getRevision() - 1))
                        .build()
                : reply),
        CLUSTER(reply -> reply instanceof PutResponse put
                ? put.toBuilder()
                        .setHeader(ResponseHeader.newBuilder()
                                .setRevision(put.getHeader().getRevision()))
                        .build()
                : reply),
        LEASE_TIME(reply -> reply instanceof LeaseTimeToLiveResponse lease && lease.getTTL() > 0
                ? lease.toBuilder().setTTL(lease.getTTL() / 2).build()
                : reply),
        RENEWAL(reply -> reply instanceof LeaseKeepAliveResponse renewal && renewal.getTTL() == 0
                ? renewal.toBuilder().setTTL(1).build()
                : reply),
        LOST_EVENT(reply -> reply instanceof WatchResponse watched && watched.getEventsCount() > 1
                ? watched.toBuilder().removeEvents(0).build()
                : reply),
        EVENT_VALUE(reply -> reply instanceof WatchResponse watched && watched.getEventsCount() > 0
                ? watched.toBuilder()
                        .setEvents(
                                0,
                                watched.getEvents(0).toBuilder()
                                        .setKv(watched.getEvents(0).getKv().toBuilder()
                                                .setValue(ByteString.copyFromUtf8("lie"))))
                        .build()
                : reply);

        @SuppressWarnings("ImmutableEnumChecker") // A function without state.
        private final UnaryOperator<Object> lie;

        Lie(UnaryOperator<Object> lie) {
            this.lie = lie;
        }

        private static KeyValue grown(KeyValue found) {
            return found.toBuilder().setVersion(found.getVersion() + 1).build();
        }
    }

    @Test
    void shouldFindNothingBetweenTwoServersOfOneKind() {
        assertThat(firstDifference(rightChannel, 3)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindALieInOneServersReplies(Lie lie) {
        assertThat(firstDifference(ClientInterceptors.intercept(rightChannel, new Replies(lie.lie))))
                .isPresent();
    }

    @Test
    void shouldFindAnotherErrorText() {
        ClientInterceptor other = new ErrorTexts();
        assertThat(firstDifference(ClientInterceptors.intercept(rightChannel, other)))
                .hasValueSatisfying(found -> assertThat(found.right()).contains("key not provided"));
    }

    @Test
    void shouldShrinkToTheCommandsThatMatter() {
        Channel liar = ClientInterceptors.intercept(rightChannel, new Replies(Lie.BRANCH.lie));
        try (Subject left = new Subject("truthful", leftChannel);
                Subject right = new Subject("liar", liar)) {
            Differential differential = new Differential(left, right, KnownDifferences.none());
            differential.bothSyncAtOnce();
            var sequence = CommandGenerator.sequence(1, LENGTH / 2);
            assertThat(differential.run(sequence)).isPresent();
            assertThat(Shrinker.shrink(sequence, differential::run, 200))
                    .singleElement()
                    .asString()
                    .startsWith("TxnRequest");
        }
    }

    private Optional<Difference> firstDifference(Channel rightEnd) {
        return firstDifference(rightEnd, ENOUGH);
    }

    private Optional<Difference> firstDifference(Channel rightEnd, int sequences) {
        try (Subject left = new Subject("left", leftChannel);
                Subject right = new Subject("right", rightEnd)) {
            Differential differential = new Differential(left, right, KnownDifferences.none());
            differential.bothSyncAtOnce();
            // A lost event is only missed by waiting for it.
            differential.patience(Duration.ofMillis(300));
            for (int seed = 1; seed <= sequences; seed++) {
                Optional<Difference> found = differential.run(CommandGenerator.sequence(seed, LENGTH));
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
    }

    /** Changes replies on their way. */
    private record Replies(UnaryOperator<Object> lie) implements ClientInterceptor {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    super.start(
                            new ForwardingClientCallListener.SimpleForwardingClientCallListener<R>(listener) {
                                @Override
                                @SuppressWarnings("unchecked")
                                public void onMessage(R message) {
                                    super.onMessage((R) lie.apply(message));
                                }
                            },
                            headers);
                }
            };
        }
    }

    /** Changes one error's text on its way. */
    private static final class ErrorTexts implements ClientInterceptor {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    super.start(
                            new ForwardingClientCallListener.SimpleForwardingClientCallListener<R>(listener) {
                                @Override
                                public void onClose(Status status, Metadata trailers) {
                                    String text = status.getDescription();
                                    super.onClose(
                                            text == null
                                                    ? status
                                                    : status.withDescription(
                                                            text.replace("key is not provided", "key not provided")),
                                            trailers);
                                }
                            },
                            headers);
                }
            };
        }
    }
}
