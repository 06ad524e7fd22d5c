package dev.incumbent.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How times and long sentences are put. */
class WordsTest {

    @Test
    void shouldCountMillisecondsWhenShorterThanASecond() {
        assertThat(Words.duration(Duration.ofMillis(999))).isEqualTo("999 ms");
        assertThat(Words.duration(Duration.ofMillis(4015))).isEqualTo("4.02 s");
    }

    @Test
    void shouldBreakAtSpacesWhenTextIsLongerThanTheWidth() {
        assertThat(Words.wrap("one two three", 7)).containsExactly("one two", "three");
        assertThat(Words.wrap("unbreakable word", 5)).containsExactly("unbreakable", "word");
        assertThat(Words.wrap("", 5)).containsExactly("");
    }
}
