package dev.incumbent.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Execution(ExecutionMode.CONCURRENT)
class ModelsTest {

    // Surefire runs the tests in the module's directory, where the specifications are.
    private static final Path SPECS = Path.of("").toAbsolutePath();

    static List<Model> quick() {
        return Models.QUICK;
    }

    static List<Model> large() {
        return Models.LARGE;
    }

    @ParameterizedTest
    @MethodSource("quick")
    void shouldFindWhatIsExpectedWhenEveryBuildChecks(Model model) throws Exception {
        check(model, Duration.ofSeconds(100));
    }

    @Tag("full")
    @Timeout(value = 11, unit = TimeUnit.MINUTES)
    @ParameterizedTest
    @MethodSource("large")
    void shouldFindWhatIsExpectedWhenBoundsAreLarge(Model model) throws Exception {
        check(model, Duration.ofMinutes(10));
    }

    @Test
    void shouldCheckEveryConfigurationWhenItLiesHere() throws IOException {
        try (Stream<Path> files = Files.list(SPECS)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".cfg")))
                    .containsExactlyInAnyOrderElementsOf(Stream.concat(Models.QUICK.stream(), Models.LARGE.stream())
                            .map(model -> model.config() + ".cfg")
                            .toList());
        }
    }

    @Test
    void shouldNotTakeAnErrorForAVerdictWhenAModelIsBroken() throws Exception {
        Verdict verdict = new ModelChecker(SPECS, Duration.ofSeconds(60)).check("NoSuchModule", "Lease");

        assertThat(verdict.complete()).isFalse();
        assertThat(verdict.violated()).isEmpty();
        assertThat(verdict.states()).isZero();
    }

    private static void check(Model model, Duration limit) throws IOException, InterruptedException {
        Verdict verdict = new ModelChecker(SPECS, limit).check(model.module(), model.config());

        System.out.printf(
                "%-36s %,10d states  %s%n",
                model.config(),
                verdict.states(),
                verdict.violated()
                        .map(invariant -> invariant + " violated in " + verdict.trace())
                        .orElse("holds"));
        assertThat(verdict.violated()).as(verdict.output()).isEqualTo(model.violated());
        assertThat(verdict.complete())
                .as(verdict.output())
                .isEqualTo(model.violated().isEmpty());
        assertThat(verdict.states()).as("distinct states").isGreaterThan(model.floor());
    }
}
