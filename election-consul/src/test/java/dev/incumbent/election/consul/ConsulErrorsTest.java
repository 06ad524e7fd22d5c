package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each of Consul's errors leaves open. The texts are those of 1.8.7. */
final class ConsulErrorsTest {

    private static String written(Trouble trouble) {
        Outcome<Object> outcome = ConsulErrors.write(Reply.failed(trouble));
        return outcome instanceof Outcome.Refused<Object> refused
                ? refused.reason().name()
                : outcome.getClass().getSimpleName();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | No cluster leader                                                          | Unavailable",
                "500 | rpc error making call: No cluster leader                                   | Unavailable",
                "500 | rpc error making call: node is not the leader                              | Unavailable",
                "500 | rpc error getting client: failed to get conn: dial tcp: connection refused | Unavailable",
                "500 | rpc error making call: leadership lost while committing log                | Ambiguous",
                "500 | rpc error making call: EOF                                                 | Ambiguous",
                "500 | timed out enqueuing operation                                              | Ambiguous",
                "429 | Your IP is issuing too many concurrent connections                         | Unavailable",
                "404 | Session id 'x' not found                                                   | SESSION_GONE",
                "404 | 404 page not found                                                         | INVALID",
                "403 | Permission denied                                                          | NOT_PERMITTED",
                "403 | ACL not found                                                              | NOT_PERMITTED",
                "500 | rpc error making call: Permission denied                                   | NOT_PERMITTED",
                "500 | Invalid Session TTL '500000000', must be between [10s=24h0m0s]             | INVALID",
                "500 | No path to datacenter                                                      | INVALID",
                "400 | Missing key name                                                           | INVALID",
                "413 | Transaction contains too many operations (65 > 64)                         | INVALID",
                "502 | a proxy in between                                                         | Ambiguous",
            })
    void shouldSayWhatAnErrorLeavesOpen(int status, String text, String expected) {
        assertThat(written(new Trouble(status, text, true))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"true, Ambiguous", "false, Unavailable"})
    void shouldDependOnDepartureWhenNothingWasAnswered(boolean sent, String expected) {
        assertThat(written(Trouble.unanswered("the connection broke", sent))).isEqualTo(expected);
        assertThat(ConsulErrors.read(Reply.failed(Trouble.unanswered("the connection broke", sent))))
                .isInstanceOf(Outcome.Unavailable.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "invalid session \"s\"                                          | NO_SESSION",
                "failed index check for key \"k\", current modify index 9 != 3  | OTHER_INDEX",
                "failed index check for key \"k\", key doesn't exist            | OTHER_INDEX",
                "failed session check for key \"k\", current session \"a\" != \"b\" | NOT_HELD",
                "key \"k\" doesn't exist                                        | OTHER_INDEX",
                "failed to lock key \"k\", lock is already held                 | HELD",
                "failed to lock key \"k\" due to lock delay                     | HELD",
                "failed to unlock key \"k\", lock isn't held, or is held by another session | NOT_HELD",
                "failed to delete key \"k\", index is stale                     | OTHER_INDEX",
                "Permission denied                                              | NOT_PERMITTED",
                "something new                                                  | INVALID",
            })
    void shouldSayWhyATxnWasDenied(String what, ConsulErrors.Denial expected) {
        assertThat(ConsulErrors.denial(new TxnAnswer.Failure(0, what))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"NO_SESSION", "NOT_PERMITTED"})
    void shouldRefuseForThePlainestReasonWhenThereAreSeveral(String denial) {
        String what = denial.equals("NO_SESSION") ? "invalid session \\\"s\\\"" : "Permission denied";
        TxnAnswer answer = TxnAnswer.of("{\"Results\":null,\"Errors\":[{\"OpIndex\":0,\"What\":\"failed index check\"},"
                + "{\"OpIndex\":1,\"What\":\"" + what + "\"}]}");

        Refusal expected = denial.equals("NO_SESSION") ? Refusal.SESSION_GONE : Refusal.NOT_PERMITTED;
        assertThat(Entries.denied(answer))
                .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(expected));
    }
}
