package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.eventuallyDone;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.testkit.adapter.Member;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

/** Entering where the quota is used up, and entries under a key that is used again. */
final class EntriesTest extends OnOneServer {

    /** Whether the write is carried out, as the one is that crosses the quota. */
    private volatile boolean carriedOut;

    private volatile boolean full;

    private Member member() {
        return member("ours", place.builder().interceptor(new Full()));
    }

    @Test
    void shouldHandBackTheEntryWhenItIsTheOneThatCrossedTheQuota() {
        Member member = member();
        full = true;
        carriedOut = true;

        Enrolment entered = member.enrol("crossed");

        assertThat(place.first("crossed").getCreateRevision())
                .isEqualTo(entered.entry().epoch());
    }

    @Test
    void shouldBeRefusedWhenTheQuotaIsUsedUpAndNothingWasWritten() {
        Member member = member();
        full = true;

        assertThat(outcome(member.coordinator().enrol(member.request("declined", ""))))
                .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.EXHAUSTED));
    }

    /** A sweeper may withdraw an older entry while the next under the same key is being made. */
    @Test
    void shouldStillChangeThePayloadWhenAnOlderEntryIsWithdrawnLate() {
        Member member = member();
        var first = member.enrol("swept").entry();
        var withdrawn = member.coordinator().withdraw(first);
        var next = member.coordinator().enrol(member.request("swept", ""));
        done(withdrawn);
        Enrolment entered = eventuallyDone(() -> next.thenCompose(outcome ->
                outcome instanceof Outcome.Done ? next : member.coordinator().enrol(member.request("swept", ""))));

        done(member.coordinator().updatePayload(entered.entry(), new byte[] {1}));
    }

    /** Answers writes as a member does whose quota is used up. */
    private final class Full implements ClientInterceptor {

        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

                private boolean declined;

                @Override
                public void start(ClientCall.Listener<R> told, Metadata headers) {
                    super.start(
                            new SimpleForwardingClientCallListener<>(told) {
                                @Override
                                public void onMessage(R message) {
                                    if (!declined) {
                                        super.onMessage(message);
                                    }
                                }

                                @Override
                                public void onClose(Status status, Metadata trailers) {
                                    super.onClose(declined ? exceeded() : status, trailers);
                                }
                            },
                            headers);
                }

                @Override
                @SuppressWarnings("unchecked") // an empty Txn instead of another
                public void sendMessage(Q message) {
                    declined = full && message instanceof TxnRequest txn && txn.getCompareCount() > 0;
                    super.sendMessage(declined && !carriedOut ? (Q) TxnRequest.getDefaultInstance() : message);
                }
            };
        }

        private static Status exceeded() {
            return Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: mvcc: database space exceeded");
        }
    }
}
