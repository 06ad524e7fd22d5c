package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import io.grpc.Status;
import io.grpc.Status.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each error leaves open. */
final class EtcdErrorsTest {

    private static Reply<String> failed(Code code, String text, boolean sent) {
        return Reply.failed(Status.fromCode(code).withDescription(text), sent);
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND,etcdserver: requested lease not found,SESSION_GONE",
        "PERMISSION_DENIED,etcdserver: permission denied,NOT_PERMITTED",
        "UNAUTHENTICATED,something else,NOT_PERMITTED",
        "INVALID_ARGUMENT,'etcdserver: authentication failed, invalid user ID or password',NOT_PERMITTED",
        "INVALID_ARGUMENT,etcdserver: user name is empty,NOT_PERMITTED",
        "INVALID_ARGUMENT,etcdserver: duplicate key given in txn request,INVALID",
        "INVALID_ARGUMENT,etcdserver: too many operations in txn request,INVALID",
        "INVALID_ARGUMENT,etcdserver: request is too large,INVALID",
        "FAILED_PRECONDITION,etcdserver: lease already exists,INVALID",
        "OUT_OF_RANGE,etcdserver: too large lease TTL,INVALID",
    })
    void shouldBeRefusedWhenTheServerDeclinedForGood(Code code, String text, Refusal refusal) {
        assertThat(EtcdErrors.write(failed(code, text, true)))
                .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(refusal));
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN,anything",
        "UNAVAILABLE,etcdserver: request timed out",
        "UNAVAILABLE,'etcdserver: request timed out, possibly due to previous leader failure'",
        "UNAVAILABLE,io exception",
        "DEADLINE_EXCEEDED,deadline",
        "CANCELLED,cancelled",
        "INTERNAL,RST_STREAM closed stream",
        "RESOURCE_EXHAUSTED,gRPC message exceeds maximum size",
        "DATA_LOSS,etcdserver: corrupt cluster",
    })
    void shouldBeOpenWhenAWriteWasSentAndNobodyKnows(Code code, String text) {
        assertThat(EtcdErrors.write(failed(code, text, true))).isInstanceOf(Outcome.Ambiguous.class);
        assertThat(EtcdErrors.write(failed(code, text, false))).isInstanceOf(Outcome.Unavailable.class);
        assertThat(EtcdErrors.read(failed(code, text, true))).isInstanceOf(Outcome.Unavailable.class);
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE,etcdserver: no leader",
        "RESOURCE_EXHAUSTED,etcdserver: too many requests",
        "UNAUTHENTICATED,etcdserver: invalid auth token",
        "INVALID_ARGUMENT,etcdserver: revision of auth store is old",
    })
    void shouldBeUnavailableWhenTheWriteWasTurnedAwayBeforeItWasProposed(Code code, String text) {
        assertThat(EtcdErrors.write(failed(code, text, true))).isInstanceOf(Outcome.Unavailable.class);
    }

    /** The write that crosses the quota is carried out, and answered with the same words as those that are declined. */
    @Test
    void shouldBeOpenWhenTheQuotaIsUsedUpAndTheWriteWasSent() {
        String text = "etcdserver: mvcc: database space exceeded";
        assertThat(EtcdErrors.write(failed(Code.RESOURCE_EXHAUSTED, text, true)))
                .isInstanceOf(Outcome.Ambiguous.class);
        assertThat(EtcdErrors.read(failed(Code.RESOURCE_EXHAUSTED, text, true)))
                .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.EXHAUSTED));
    }

    @ParameterizedTest
    @EnumSource(value = Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void shouldNeverTakeAnUnknownErrorForARefusalThatEndsTheSession(Code code) {
        assertThat(EtcdErrors.refusal(Status.fromCode(code))).isNotEqualTo(Refusal.SESSION_GONE);
    }

    @ParameterizedTest
    @CsvSource({
        "UNAUTHENTICATED,etcdserver: invalid auth token,true",
        "INVALID_ARGUMENT,etcdserver: revision of auth store is old,true",
        "INVALID_ARGUMENT,etcdserver: user name is empty,true",
        "UNAUTHENTICATED,something else,false",
        "INVALID_ARGUMENT,etcdserver: key is not provided,false",
        "PERMISSION_DENIED,etcdserver: permission denied,false",
    })
    void shouldKnowWhenANewTokenHelps(Code code, String text, boolean helps) {
        assertThat(EtcdErrors.isStaleToken(Status.fromCode(code).withDescription(text)))
                .isEqualTo(helps);
    }

    @ParameterizedTest
    @CsvSource({
        "3.3.27,true",
        "3.4.23,true",
        "3.4.30,true",
        "3.4.31,false",
        "3.4.40,false",
        "3.5.0,true",
        "3.5.12,true",
        "3.5.13,false",
        "3.5.16,false",
        "3.6.0-rc.1,false",
        "3.6.4,false",
        "4.0.0,false",
        "2.3.8,true",
        "unknown,false",
    })
    void shouldWarnOfServersThatForgetLeases(String version, boolean forgets) {
        assertThat(Versions.forgetsLeases(version)).isEqualTo(forgets);
    }
}
