package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.Generation;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is remembered of the own entries, and for how long. */
final class MadeEntriesTest {

    private static final CandidateId CANDIDATE = new CandidateId("ours");
    private static final Generation GENERATION = new Generation(new UUID(1, 1), 4);

    private final MadeEntries made = new MadeEntries();

    @Test
    void shouldForgetAnEntryThatEnded() {
        made.asked("k", CANDIDATE, GENERATION);
        made.seen("k", CANDIDATE, GENERATION, 9);
        made.ended("k", 9);

        assertThat(made.of("k")).isNull();
        assertThat(made.size()).isZero();
    }

    @Test
    void shouldKeepTheNewerEntryWhenTheEndOfAnEarlierOneIsToldLate() {
        made.seen("k", CANDIDATE, GENERATION, 9);
        made.asked("k", CANDIDATE, GENERATION);
        made.ended("k", 9);
        assertThat(made.of("k")).isNotNull();

        made.seen("k", CANDIDATE, GENERATION, 12);
        made.ended("k", 9);
        assertThat(made.of("k")).isNotNull();
    }

    @Test
    void shouldForgetAnAttemptThatLeftNothingButNotWhatWasSeenSince() {
        MadeEntries.Made attempt = made.asked("k", CANDIDATE, GENERATION);
        made.leftNothing("k", attempt);
        assertThat(made.size()).isZero();

        MadeEntries.Made earlier = made.asked("k", CANDIDATE, GENERATION);
        made.seen("k", CANDIDATE, GENERATION, 12);
        made.leftNothing("k", earlier);
        assertThat(made.size()).isEqualTo(1);
    }
}
