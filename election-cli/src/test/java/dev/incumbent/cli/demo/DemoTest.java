package dev.incumbent.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.cli.backend.Backend;
import dev.incumbent.cli.demo.Account.Totals;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo says so when it did not see what it promises. */
class DemoTest {

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void shouldNameWhatIsMissingWhenCandidatesDie() throws InterruptedException {
        assertThat(play(List.of("sh", "-c", "exit 3"))).isFalse();
        assertThat(text())
                .contains("ended by itself, with exit code 3")
                .containsPattern("NOT SEEN +Election")
                .containsPattern("NOT SEEN +Resign and handoff: not played")
                .doesNotContainPattern("\\bseen  ");
    }

    @Test
    @Tag("full") // takes as long as the demo, for a mutant
    void shouldNotTakeBrokenFenceForFence() throws InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");

        assertThat(play(List.of(java, "-Xmx64m", "-cp", classPath, BrokenFenceCandidate.class.getName())))
                .isFalse();
        assertThat(text())
                .containsPattern("seen +Crash and failover")
                .containsPattern("NOT SEEN +A leader frozen, deposed, and woken: the refusal of the late write")
                .containsPattern("the\\s+fence\\s+let\\s+it\\s+pass");
    }

    @ParameterizedTest
    @CsvSource({"23,23,0,true", "9,23,0,false", "23,24,0,false", "24,24,0,false", "23,23,1,false"})
    void shouldNoticeAnyTraceOfLateWriteInFencedAccount(long balance, long deposits, long late, boolean untouched) {
        Totals before = new Totals(23, 23, 0);
        Totals after = new Totals(balance, deposits, late);

        if (untouched) {
            assertThatCode(() -> FrozenLeader.requireUntouched(before, after)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> FrozenLeader.requireUntouched(before, after))
                    .isInstanceOf(NotSeenException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"9,24,1,true", "23,23,0,false", "24,24,0,false", "10,24,1,false"})
    void shouldCallTwinCorruptedOnlyWhenLateBalanceStandsThere(
            long balance, long deposits, long late, boolean corrupted) {
        Totals before = new Totals(23, 23, 0);
        Totals after = new Totals(balance, deposits, late);

        if (corrupted) {
            assertThatCode(() -> FrozenLeader.requireCorrupted(before, after, 9))
                    .doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> FrozenLeader.requireCorrupted(before, after, 9))
                    .isInstanceOf(NotSeenException.class);
        }
    }

    private boolean play(List<String> candidateCommand) throws InterruptedException {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new Demo(Backend.ZOOKEEPER, Optional.empty(), candidateCommand, new Narrator(out, false)).run();
    }

    private String text() {
        return said.toString(StandardCharsets.UTF_8);
    }
}
