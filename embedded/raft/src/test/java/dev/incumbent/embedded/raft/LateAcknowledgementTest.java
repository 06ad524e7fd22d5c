package dev.incumbent.embedded.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.microraft.QueryPolicy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Acknowledgements reach a leader late: it goes on hearing of a majority that has long elected another. What it is asked for in
 * that time must not be answered, neither without a round, nor by a round that began before the other was elected.
 */
class LateAcknowledgementTest {

    private static final Duration HEARTBEAT = Duration.ofMillis(50);
    private static final Duration STEP = Duration.ofMillis(150);
    private static final int STEPS = 6;

    /** Reads on the old leader while a round of its own is under way and another leader has acknowledged "2". */
    private static CompletableFuture<String> readOnTheOldLeader(Settings.Seams seams) {
        for (int attempt = 1; attempt <= 5; attempt++) {
            try (Story story = Story.of(3, builder -> builder.seams(seams)
                    .heartbeat(HEARTBEAT)
                    .electionTimeout(HEARTBEAT.multipliedBy(6))
                    .requestTimeout(Duration.ofSeconds(4)))) {
                int old = story.settledLeader();
                int one = story.otherThan(old);
                int other = story.otherThan(old, one);
                story.put(old, "x", "1");
                if (!slowDown(story, old, one, other)) {
                    continue;
                }
                story.node(old).read(registers -> registers.get("x"));
                // Part of the schedule: MicroRaft may take two heartbeats to send the round, since it spaces its
                // retries.
                await().pollDelay(HEARTBEAT.multipliedBy(3)).until(() -> true);
                story.cluster().cut(old, one);
                story.cluster().cut(old, other);
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

    /** Step by step, so that the leader never misses a majority; true if it still leads. */
    private static boolean slowDown(Story story, int old, int one, int other) {
        try {
            for (int step = 1; step <= STEPS; step++) {
                story.cluster().slow(one, old, STEP.multipliedBy(step));
                story.cluster().slow(other, old, STEP.multipliedBy(step));
                story.read(old, "x");
            }
        } catch (RaftException e) {
            return false;
        }
        return story.node(old).status().leads();
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
}
