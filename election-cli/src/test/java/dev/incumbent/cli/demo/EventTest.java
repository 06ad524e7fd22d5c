package dev.incumbent.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The lines between the demo and its candidates, and waiting for them. */
class EventTest {

    @Test
    void shouldReadWhatWasWrittenWhenFieldsHaveLineBreaks() {
        String line = Event.line(Event.Kind.REFUSED, 4L, 9L, "stale:\n\tsealed");

        assertThat(line).doesNotContain("\n");
        assertThat(Event.parse("ada", line, 7))
                .contains(new Event("ada", Event.Kind.REFUSED, List.of("4", "9", "stale: sealed"), 7));
    }

    @Test
    void shouldPassOverLinesOfOthers() {
        assertThat(Event.parse("ada", "SLF4J: something", 0)).isEmpty();
        assertThat(Event.parse("ada", "", 0)).isEmpty();
    }

    @Test
    void shouldFindEventsOnlyAfterTheMarkWhenWaiting() throws Exception {
        Transcript transcript = new Transcript();
        transcript.add(standing("ada"));
        int mark = transcript.mark();
        transcript.add(standing("ben"));
        transcript.add(standing("ada"));

        assertThat(transcript.await(mark, 2, "two", Duration.ofSeconds(1), event -> true))
                .isEqualTo(standing("ada"));
        assertThatThrownBy(() -> transcript.await(mark, 2, "ada twice", Duration.ofMillis(1), event -> event.by("ada")))
                .isInstanceOf(NotSeenException.class)
                .hasMessage("ada twice: not seen within 1 ms");
    }

    private static Event standing(String candidate) {
        return new Event(candidate, Event.Kind.STANDING, List.of(), 0);
    }
}
