package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.election.CandidateId;
import io.etcd.jetcd.api.KeyValue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and values as they lie in etcd. */
final class LayoutTest {

    private final Layout layout = new Layout("/root", Map.of("mixed", "theirs", "grün", "wäld/er"));

    @Test
    void shouldLayEntriesOutAsEtcdctlDoes() {
        assertThat(layout.entry("billing", 0x1234abcdL)).isEqualTo("/root/elections/billing/1234abcd");
        assertThat(layout.entry("mixed", 0x7f)).isEqualTo("theirs/7f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "..", ".", "größe/ü/選挙", "a%2Fb", "a b", "%", "%4", "A"})
    void shouldFindTheElectionOfAnEntryAgain(String election) {
        String entry = layout.entry(election, 5);

        assertThat(layout.electionOf(entry)).contains(election);
        assertThat(entry.substring(layout.elections().length())).containsOnlyOnce("/");
    }

    @Test
    void shouldFindTheElectionOfANativePathAgain() {
        assertThat(layout.electionOf(layout.entry("mixed", 5))).contains("mixed");
        assertThat(layout.electionOf(layout.entry("grün", 5))).contains("grün");
        for (String stranger : List.of("other/5", "/root/data/x", "/root/generation", "/root/elections/a/b/5")) {
            assertThat(layout.electionOf(stranger)).isEmpty();
        }
    }

    @Test
    void shouldTakeKeysByteForByte() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        ByteString key = ByteString.copyFrom(bytes);

        assertThat(Layout.key(Layout.name(key))).isEqualTo(key);
        assertThat(Layout.key(Layout.name("wäld"))).isEqualTo(ByteString.copyFromUtf8("wäld"));
    }

    @Test
    void shouldCoverElectionsAndGenerationWithOneRangeButNoData() {
        String begin = layout.elections();
        String end = layout.endOfElectionsAndGeneration();

        for (String inside : List.of(layout.entry("a", 1), layout.entry("~", 1), layout.generation())) {
            assertThat(inside).isGreaterThanOrEqualTo(begin).isLessThan(end);
        }
        assertThat(layout.data("k")).isLessThan(begin);
        assertThat(layout.entry("mixed", 1)).isGreaterThanOrEqualTo(end);
    }

    @Test
    void shouldEndARangeRightBehindItsPrefix() {
        assertThat(Layout.endOf("/root/elections/a/")).isEqualTo("/root/elections/a0");
    }

    private static KeyValue entry(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }

    @ParameterizedTest
    @CsvSource({"host:1,''", "host:1,payload", "Jürgen,'a\nb'", "x,'\n'"})
    void shouldReadTheValueThatItWrote(String id, String payload) {
        EntryValue value = new EntryValue(
                new CandidateId(id), ByteString.copyFromUtf8(payload).toByteArray());

        EntryValue read =
                EntryValue.ofOurs(KeyValue.newBuilder().setValue(value.ours()).build());

        assertThat(read.candidate()).isEqualTo(value.candidate());
        assertThat(read.payload()).isEqualTo(value.payload());
    }

    @Test
    void shouldNameAForeignMemberByItsValueOrElseByItsLease() {
        assertThat(EntryValue.ofNative(entry("theirs/7f", "me")).candidate()).isEqualTo(new CandidateId("me"));
        assertThat(EntryValue.ofNative(entry("theirs/7f", "")).candidate()).isEqualTo(new CandidateId("7f"));
        assertThat(EntryValue.ofNative(entry("theirs/7f", "a\nb")).candidate()).isEqualTo(new CandidateId("7f"));
        assertThat(EntryValue.ofOurs(entry("theirs/", "\nb")).candidate()).isEqualTo(new CandidateId("unnamed"));
    }
}
