package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Segments;
import java.util.Map;
import java.util.UUID;
import org.apache.zookeeper.common.PathUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LayoutTest {

    private final Layout layout = new Layout("/incumbent", Map.of("native", "/old/latch"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a/b",
                "/",
                ".",
                "..",
                "...",
                ".a",
                "a.b",
                "%",
                "%2F",
                "a%2Fb",
                " ",
                "a b",
                "größe",
                "選挙",
                "zookeeper",
                "\u0000",
                "\uD83D\uDE00",
                "A",
                "-",
                "_",
                "a\nb"
            })
    void shouldFindTheElectionAtItsPath(String name) {
        String segment = Segments.encode(name);

        PathUtils.validatePath("/incumbent/elections/" + segment);
        assertThat(layout.electionAt(layout.parent(name))).contains(name);
    }

    @Test
    void shouldUseTheNativePathWhenOneIsGiven() {
        assertThat(layout.parent("native")).isEqualTo("/old/latch");
        assertThat(layout.electionAt("/old/latch")).contains("native");
        assertThat(layout.containers("native")).containsExactly("/old", "/old/latch");
        assertThat(layout.electionAt("/elsewhere")).isEmpty();
    }

    @Test
    void shouldNameParentsBeforeChildren() {
        Layout deep = new Layout("/a/b", Map.of());
        UUID attempt = UUID.randomUUID();

        assertThat(deep.fixed()).containsExactly("/a", "/a/b", "/a/b/elections", "/a/b/payloads", "/a/b/data");
        assertThat(deep.containers("x/y")).containsExactly("/a/b/elections/x%2Fy");
        assertThat(deep.payload(attempt)).isEqualTo("/a/b/payloads/" + attempt);
        assertThat(deep.data("k/1")).isEqualTo("/a/b/data/k%2F1");
    }
}
