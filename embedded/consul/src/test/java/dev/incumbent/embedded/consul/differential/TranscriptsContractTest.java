package dev.incumbent.embedded.consul.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers answer literal requests as real Consul 1.8.7 was recorded to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TranscriptsContractTest {

    /** Those for one server, then the one for a server with ACLs, then the one for three servers. */
    static final List<String> ON_ONE = List.of("kv", "sessions", "locks", "txn", "blocking", "http");

    static final List<String> WITH_ACL = List.of("acl");
    static final List<String> ON_THREE = List.of("cluster");

    /** A server without ACLs, session TTLs from one second on. */
    abstract Conversation one();

    /** The same with ACLs that deny by default. */
    abstract Conversation withAcl();

    /** Three servers, of which the first leads. */
    abstract Conversation three();

    /** Differences that are meant to be. */
    abstract KnownDifferences known();

    static Stream<Arguments> onOne() {
        return arguments(ON_ONE);
    }

    static Stream<Arguments> withTokens() {
        return arguments(WITH_ACL);
    }

    static Stream<Arguments> onThree() {
        return arguments(ON_THREE);
    }

    private static Stream<Arguments> arguments(List<String> names) {
        return names.stream().flatMap(name -> Transcript.read(name).scenarios().stream()
                .map(scenario -> Arguments.of(name, scenario.name(), scenario)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("onOne")
    void shouldAnswerAsRecorded(String transcript, String name, Scenario scenario) {
        check(one(), scenario);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("withTokens")
    void shouldGuardAsRecorded(String transcript, String name, Scenario scenario) {
        check(withAcl(), scenario);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("onThree")
    void shouldAnswerAsRecordedThroughEachOfThree(String transcript, String name, Scenario scenario) {
        check(three(), scenario);
    }

    private void check(Conversation conversation, Scenario scenario) {
        assertThat(known().without(Differential.fromRecorded(scenario, conversation.tell(scenario))))
                .isEmpty();
    }
}
