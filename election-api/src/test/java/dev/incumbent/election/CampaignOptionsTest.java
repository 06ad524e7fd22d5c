package dev.incumbent.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CampaignOptionsTest {

    @Test
    void shouldCopyThePayloadOnTheWayInAndOut() {
        byte[] bytes = {1, 2, 3};
        CampaignOptions options = CampaignOptions.builder().payload(bytes).build();
        bytes[0] = 9;
        options.payload()[1] = 9;
        assertThat(options.payload()).containsExactly(1, 2, 3);
    }

    @Test
    void shouldRefuseAPayloadThatSomeCoordinatorWouldNotTake() {
        assertThatThrownBy(() -> CampaignOptions.builder().payload(new byte[CampaignOptions.MAX_PAYLOAD + 1]))
                .hasMessageContaining("65536")
                .hasMessageContaining("65537");
    }

    @Test
    void shouldNotShowThePayloadInLogs() {
        assertThat(CampaignOptions.builder().payload("secret").build().toString())
                .doesNotContain("secret")
                .contains("6 bytes");
    }

    @Test
    void shouldKeepEverythingWhenRebuilt() {
        CampaignOptions options = CampaignOptions.builder()
                .candidateId("node-1")
                .payload("p")
                .listener(new LeadershipListener() {})
                .healthCheck(() -> true, Duration.ofSeconds(1), Duration.ofSeconds(2))
                .drainTimeout(Duration.ofSeconds(3))
                .releaseUndrained(true)
                .build();
        assertThat(options.toBuilder().build()).isEqualTo(options).hasSameHashCodeAs(options);
    }

    @Test
    void shouldRefuseACandidateIdThatWouldSpoilALogLine() {
        assertThatThrownBy(() -> CampaignOptions.builder().candidateId("a\nb")).hasMessageContaining("printable");
    }
}
