package dev.incumbent.election.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names as segments. */
final class SegmentsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a/b",
                "a.b",
                ".",
                "..",
                "...",
                "%",
                "%2F",
                "%4",
                "a b",
                "größe",
                "選挙",
                "\u0000",
                "\uD83D\uDE00",
                "-",
                "_",
                "a\nb"
            })
    void shouldReadBackWhatItWrote(String name) {
        String segment = Segments.encode(name);

        assertThat(segment).matches("[A-Za-z0-9%_-][A-Za-z0-9%_.-]*");
        assertThat(Segments.decode(segment)).isEqualTo(name);
    }

    @Test
    void shouldKeepNamesApart() {
        List<String> names = List.of("a", "a/b", "a%2Fb", "a%252Fb", "A", ".", "..", "a.", "a/", "/a", "%2Ea");
        Set<String> segments = new HashSet<>();
        names.forEach(name -> segments.add(Segments.encode(name)));

        assertThat(segments).hasSize(names.size());
    }

    @ParameterizedTest
    @CsvSource({"billing/settlement,billing%2Fsettlement", "..,%2E.", "wäld,w%C3%A4ld", "a.b-c_D9,a.b-c_D9"})
    void shouldWriteWhatItHasAlwaysWritten(String name, String segment) {
        assertThat(Segments.encode(name)).isEqualTo(segment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "%", "%1", "100%", "%-1"})
    void shouldLeaveWhatIsNoSegmentOfOurs(String stranger) {
        assertThat(Segments.decode(stranger)).isEqualTo(stranger);
    }
}
