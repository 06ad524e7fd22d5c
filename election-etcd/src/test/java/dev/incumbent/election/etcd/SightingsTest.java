package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.ResponseHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can only be seen of a cluster that was rebuilt, and what a sound one shows as well. */
final class SightingsTest {

    private final Sightings sightings = new Sightings();
    private final List<String> rebuilt = new ArrayList<>();

    @BeforeEach
    void listen() {
        sightings.witness(rebuilt::add);
    }

    private static ResponseHeader header(long member, long revision, long term) {
        return ResponseHeader.newBuilder()
                .setClusterId(7)
                .setMemberId(member)
                .setRevision(revision)
                .setRaftTerm(term)
                .build();
    }

    private void answered(long member, long revision, long term) {
        sightings.linearizable(header(member, revision, term), sightings.mark());
    }

    @Test
    void shouldNoticeARevisionThatFalls() {
        answered(1, 20, 3);
        answered(1, 12, 3);

        assertThat(rebuilt).singleElement().asString().contains("fell from 20 to 12");
    }

    @Test
    void shouldNoticeATermThatFallsThoughTheRevisionHasOutgrownTheOldOne() {
        answered(1, 20, 5);
        answered(1, 400, 2);
        answered(1, 401, 2);

        assertThat(rebuilt).singleElement().asString().contains("term of member 1 fell from 5 to 2");
    }

    @Test
    void shouldNoticeAnotherCluster() {
        answered(1, 20, 5);
        assertThat(sightings.recognises(
                        header(1, 20, 5).toBuilder().setClusterId(8).build()))
                .isFalse();

        assertThat(rebuilt).singleElement().asString().contains("cluster 7 became cluster 8");
    }

    @Test
    void shouldNotTakeAnAnswerThatWasOvertakenForAFall() {
        Sightings.Mark early = sightings.mark();
        answered(1, 20, 5);
        sightings.linearizable(header(1, 12, 4), early);

        assertThat(rebuilt).isEmpty();
    }

    /** A member that caught up from a snapshot reports the term of its last own entry until it applies another. */
    @Test
    void shouldNotCompareTheTermsOfDifferentMembers() {
        answered(1, 20, 5);
        answered(2, 20, 4);

        assertThat(rebuilt).isEmpty();
    }

    @Test
    void shouldNotTakeAMemberThatHasAppliedNothingSinceItsStartForAnOlderOne() {
        answered(1, 20, 5);
        answered(1, 20, 0);

        assertThat(rebuilt).isEmpty();
    }

    @Test
    void shouldCompareWithTheNewClusterOnceItWasNoticed() {
        answered(1, 20, 5);
        answered(1, 12, 2);
        answered(1, 13, 2);
        assertThat(rebuilt).hasSize(1);

        answered(1, 11, 2);
        assertThat(rebuilt).hasSize(2);
    }
}
