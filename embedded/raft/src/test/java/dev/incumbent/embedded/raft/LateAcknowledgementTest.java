package dev.incumbent.embedded.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.microraft.QueryPolicy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Acknowledgements reach a leader late: it goes on hearing of a majority that has long elected another. What it is asked for in
 * that time must not be answered, neither without a round, nor by a round that began before the other was elected.
 */
@Execution(ExecutionMode.CONCURRENT) // they wait for slow links, and nothing else
class LateAcknowledgementTest {

    private static final int ATTEMPTS = 3;

    /** A busy machine gets more time, so that a leader is not lost by its own slowness. */
    private static Duration heartbeat(int attempt) {
        return Duration.ofMillis(50).multipliedBy(attempt);
    }

    /** Reads on the old leader while a round of its own is under way and another leader has acknowledged "2". */
    private static CompletableFuture<String> readOnTheOldLeader(Settings.Seams seams) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Duration heartbeat = heartbeat(attempt);
            try (Story story = Story.of(3, builder -> builder.seams(seams)
                    .heartbeat(heartbeat)
                    .electionTimeout(heartbeat.multipliedBy(6))
                    .requestTimeout(Duration.ofSeconds(4)))) {
                int old = story.settledLeader();
                story.put(old, "x", "1");
                if (!story.slowAnswers(old, heartbeat.multipliedBy(3))) {
                    continue;
                }
                story.node(old).read(registers -> registers.get("x"));
                // Part of the schedule: MicroRaft may take two heartbeats to send the round, since it spaces its
                // retries.
                await().pollDelay(heartbeat.multipliedBy(3)).until(() -> true);
                story.mute(old);
                int next = story.leaderOtherThan(old);
                assertThat(story.put(next, "x", "2")).isEqualTo("1");
                if (!story.node(old).status().leads()) {
                    continue;
                }
                CompletableFuture<String> late = story.node(old).read(registers -> registers.get("x"));
                late.handle((value, failure) -> "ended").join();
                return late;
            }
        }
        return abort("this machine is too busy: the old leader never led long enough");
    }

    @Test
    void shouldRefuseAReadThatCameAfterItsRoundBegan() {
        CompletableFuture<String> late = readOnTheOldLeader(Settings.Seams.NONE);
        assertThatThrownBy(() -> Story.get(late)).isInstanceOf(RaftException.Unavailable.class);
    }

    @Test
    void shouldBeStaleWhenTheRoundIsLeftOutOnPurpose() {
        CompletableFuture<String> late =
                readOnTheOldLeader(new Settings.Seams(store -> store, QueryPolicy.EVENTUAL_CONSISTENCY));
        assertThat(Story.get(late)).isEqualTo("1");
    }

    /** The followers' answers are on their way for so long that the leader bridges the time in which they miss it. */
    @Test
    void shouldElectAnotherWhenTheLeaderWasMissedForAMomentBeforeItDied() {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Duration heartbeat = heartbeat(attempt);
            try (Story story =
                    Story.of(3, builder -> builder.heartbeat(heartbeat).electionTimeout(heartbeat.multipliedBy(6)))) {
                int old = story.settledLeader();
                int one = story.otherThan(old);
                int other = story.otherThan(old, one);
                long term = story.node(old).status().term();
                if (!story.slowAnswers(old, heartbeat.multipliedBy(3))) {
                    continue;
                }
                story.cluster().cut(one, other);
                story.cluster().cut(other, one);
                story.mute(old);
                story.awaitStatus(one, status -> status.leader().isEmpty());
                story.awaitStatus(other, status -> status.leader().isEmpty());
                await().pollDelay(heartbeat.multipliedBy(2)).until(() -> true);
                story.cluster().heal();
                if (story.settledLeader() != old || story.node(old).status().term() != term) {
                    continue;
                }
                story.cluster().kill(old);
                assertThat(story.leader()).isNotEqualTo(old);
                return;
            }
        }
        abort("this machine is too busy: the old leader never led long enough");
    }
}
