package dev.incumbent.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.ClientHealth;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.RevocationCause;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InMemoryElectionsTest {

    @Test
    void shouldLeadAsTheDocumentationSays() throws InterruptedException {
        try (InMemoryElections elections = InMemoryElections.create();
                ElectionClient client =
                        elections.client().leaseTtl(Duration.ofSeconds(1)).build()) {
            Leadership leadership = client.election("billing").campaign().awaitLeadership();

            assertThat(leadership.isValid()).isTrue();
            assertThat(elections.candidates("billing"))
                    .extracting(CandidateInfo::token)
                    .containsExactly(leadership.token());
        }
    }

    @Test
    void shouldTellTheApplicationWhenItsSessionIsEnded() throws Exception {
        CompletableFuture<RevocationCause> told = new CompletableFuture<>();
        LeadershipListener listener = new LeadershipListener() {
            @Override
            public void revoked(Leadership leadership, RevocationCause cause) {
                told.complete(cause);
            }
        };
        try (InMemoryElections elections = InMemoryElections.create();
                ElectionClient client =
                        elections.client().leaseTtl(Duration.ofSeconds(30)).build()) {
            client.election("billing")
                    .campaign(CampaignOptions.builder().listener(listener).build())
                    .awaitLeadership();

            assertThat(elections.expireFirst("billing")).isPresent();

            assertThat(told.get(30, TimeUnit.SECONDS)).isEqualTo(RevocationCause.SESSION_LOST);
            assertThat(elections.expireFirst("nobody")).isEmpty();
            assertThat(elections.deleteFirst("nobody")).isEmpty();
        }
    }

    @Test
    void shouldEndTheOfficeWhenTheCoordinatorIsGone() throws Exception {
        ElectionConfig impatient = ElectionConfig.builder()
                .leaseTtl(Duration.ofMillis(500))
                .closeTimeout(Duration.ofMillis(100))
                .build();
        InMemoryElections elections = InMemoryElections.create();
        try (ElectionClient client = elections.client().config(impatient).build()) {
            Leadership leadership = client.election("billing").campaign().awaitLeadership();

            elections.close();

            assertThat(leadership.whenRevoked().toCompletableFuture().get(30, TimeUnit.SECONDS))
                    .isEqualTo(RevocationCause.EXPIRED);
            assertThat(leadership.isValid()).isFalse();
            assertThat(client.health().status()).isEqualTo(ClientHealth.Status.DOWN);
        }
    }
}
