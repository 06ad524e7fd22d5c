package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import java.util.List;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class KeeperErrorsTest {

    private static Reply<String> reply(Code code) {
        return Reply.of(code.intValue(), null, "/path");
    }

    @ParameterizedTest
    @CsvSource({
        "SESSIONEXPIRED, SESSION_GONE",
        "NOAUTH, NOT_PERMITTED",
        "AUTHFAILED, NOT_PERMITTED",
        "SESSIONCLOSEDREQUIRESASLAUTH, NOT_PERMITTED",
        "QUOTAEXCEEDED, EXHAUSTED",
        "INVALIDACL, INVALID",
        "NONODE, INVALID"
    })
    void shouldNameWhyItWasRefused(Code code, Refusal refusal) {
        assertThat(KeeperErrors.write(reply(code))).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(refusal);
            assertThat(refused.message()).contains("/path").contains(code.name());
        });
        assertThat(KeeperErrors.read(reply(code))).isInstanceOf(Outcome.Refused.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"CONNECTIONLOSS", "OPERATIONTIMEOUT", "REQUESTTIMEOUT", "SESSIONMOVED", "SYSTEMERROR"})
    void shouldBeAmbiguousForWritesOnlyWhenNobodyKnows(Code code) {
        assertThat(KeeperErrors.write(reply(code))).isInstanceOf(Outcome.Ambiguous.class);
        assertThat(KeeperErrors.read(reply(code))).isInstanceOf(Outcome.Unavailable.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"THROTTLEDOP", "NOTREADONLY"})
    void shouldBeUnavailableWhenTheServerDidNotEvenTry(Code code) {
        assertThat(KeeperErrors.write(reply(code))).isInstanceOf(Outcome.Unavailable.class);
    }

    @ParameterizedTest
    @EnumSource(value = Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void shouldTranslateEveryCode(Code code) {
        assertThat(KeeperErrors.<String>write(reply(code))).isNotInstanceOf(Outcome.Done.class);
        assertThat(KeeperErrors.<String>read(reply(code)))
                .isNotInstanceOfAny(Outcome.Done.class, Outcome.Ambiguous.class);
    }

    @Test
    void shouldNameTheOperationThatMadeAMultiFail() {
        List<OpResult> results = List.of(
                new OpResult.ErrorResult(Code.OK.intValue()),
                new OpResult.ErrorResult(Code.NONODE.intValue()),
                new OpResult.ErrorResult(Code.RUNTIMEINCONSISTENCY.intValue()));

        Reply<List<OpResult>> reply = Reply.ofMulti(Code.NONODE.intValue(), results, "/path");

        assertThat(reply.failedAt(1, Code.NONODE)).isTrue();
        assertThat(reply.failedAt(0, Code.NONODE)).isFalse();
        assertThat(KeeperErrors.passedQuorum(reply)).isTrue();
        assertThat(KeeperErrors.passedQuorum(Reply.ofMulti(Code.CONNECTIONLOSS.intValue(), null, "/path")))
                .isFalse();
    }

    @Test
    void shouldTakeACodeItDoesNotKnowForAnOpenQuestion() {
        assertThat(KeeperErrors.write(Reply.of(-9999, null, "/path"))).isInstanceOf(Outcome.Ambiguous.class);
    }
}
