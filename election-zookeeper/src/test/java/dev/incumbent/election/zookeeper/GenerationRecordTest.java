package dev.incumbent.election.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Generation;
import java.util.UUID;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GenerationRecordTest {

    private static final String AUTHORITY = "0b7a6c0e-9d4e-4b7e-8f0e-0123456789ab";

    private static Requests.Node node(byte[] data) {
        Stat stat = new Stat();
        stat.setVersion(3);
        stat.setMzxid(77);
        return new Requests.Node(data, stat);
    }

    @Test
    void shouldReadWhatItWrote() {
        Generation generation = new Generation(UUID.fromString(AUTHORITY), 1_800_000_000L);

        assertThat(GenerationRecord.of(node(GenerationRecord.format(generation))))
                .contains(new GenerationRecord(generation, 3, 77));
    }

    @Test
    void shouldReadWhatAnEditorWrote() {
        assertThat(GenerationRecord.of(node(("authority=" + AUTHORITY + " generation=7").getBytes(UTF_8))))
                .map(GenerationRecord::generation)
                .contains(new Generation(UUID.fromString(AUTHORITY), 7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "authority=x\ngeneration=7",
                "authority=" + AUTHORITY + "\ngeneration=-1",
                "authority=" + AUTHORITY + "\ngeneration=9999999999999999999",
                "authority=------------------------------------\ngeneration=1"
            })
    void shouldNotGuessWhenItIsMalformed(String text) {
        assertThat(GenerationRecord.of(node(text.getBytes(UTF_8)))).isEmpty();
    }
}
