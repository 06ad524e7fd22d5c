package dev.incumbent.embedded.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.incumbent.embedded.raft.Registers.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a cluster does when nodes die, freeze and come back. */
class ClusterStoryTest {

    @Test
    void shouldGoOnWithTheOthersWhenTheLeaderIsKilled() {
        try (Story story = Story.of(3)) {
            int first = story.settledLeader();
            assertThat(story.put(first, "x", "1")).isEqualTo(Registers.NONE);
            for (int number = 1; number <= 3; number++) {
                assertThat(story.read(number, "x")).isEqualTo("1");
                assertThat(story.put(number, "from", "" + number)).isNotEqualTo("" + number);
                assertThat(story.readLocal(number, "from")).as("its own write").isEqualTo("" + number);
            }

            story.cluster().kill(first);
            assertThat(story.node(first).status().up()).isFalse();
            int second = story.leader();
            assertThat(second).isNotEqualTo(first);
            assertThat(story.put(second, "x", "2")).isEqualTo("1");

            story.cluster().restart(first);
            story.awaitLocal(first, "x", "2");
            story.settledLeader();
            assertThat(story.put(first, "x", "3")).isEqualTo("2");
            assertThat(story.read(first, "x")).isEqualTo("3");
        }
    }

    @Test
    void shouldRefuseRequestsToANodeThatIsDown() {
        try (Story story = Story.of(3)) {
            int leader = story.settledLeader();
            int down = story.otherThan(leader);
            story.cluster().kill(down);
            assertThatThrownBy(() -> story.put(down, "x", "1")).isInstanceOf(RaftException.Unavailable.class);
            assertThatThrownBy(() -> story.read(down, "x")).isInstanceOf(RaftException.Unavailable.class);
            assertThatThrownBy(() -> story.readLocal(down, "x")).isInstanceOf(RaftException.Unavailable.class);
            assertThatThrownBy(() -> story.cluster().pause(down)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> story.cluster().restart(leader)).isInstanceOf(IllegalStateException.class);
            story.cluster().kill(down);
        }
    }

    @Test
    void shouldCatchUpByTheLogWhenFewCommandsWereMissed() {
        try (Story story = Story.of(3, builder -> builder.snapshotEvery(1000))) {
            int leader = story.settledLeader();
            int away = story.otherThan(leader);
            story.cluster().kill(away);
            for (int i = 1; i <= 50; i++) {
                story.put(leader, "x", "" + i);
            }
            story.cluster().restart(away);
            story.awaitLocal(away, "x", "50");
        }
    }

    @Test
    void shouldCatchUpByASnapshotWhenTheLogIsGone() {
        try (Story story = Story.of(3, builder -> builder.snapshotEvery(20))) {
            int leader = story.settledLeader();
            int away = story.otherThan(leader);
            story.put(leader, "early", "kept");
            story.cluster().kill(away);
            for (int i = 1; i <= 100; i++) {
                story.put(leader, "x" + i % 7, "" + i);
            }
            story.cluster().restart(away);
            story.awaitLocal(away, "x" + 100 % 7, "100");
            assertThat(story.readLocal(away, "early")).isEqualTo("kept");

            // And from what it now has on disk itself.
            story.cluster().kill(away);
            story.cluster().restart(away);
            story.awaitLocal(away, "x" + 100 % 7, "100");
        }
    }

    @Test
    void shouldTakeASnapshotWhenFewCommandsMakeALargeLog() {
        String large = "v".repeat(60_000);
        try (Story story = Story.of(1, builder -> builder.fsync(false))) {
            int leader = story.leader();
            for (int i = 0; i < 600; i++) {
                story.put(leader, "x" + i % 3, large);
            }
            assertThat(story.node(leader).status().logBytes()).isLessThan(20 << 20);
        }
    }

    @Test
    void shouldElectAnotherWhenTheLeaderIsFrozen() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(Duration.ofSeconds(2)))) {
            int frozen = story.settledLeader();
            story.put(frozen, "x", "1");
            story.cluster().pause(frozen);
            CompletableFuture<String> write = story.node(frozen).submit(Command.put("x", "from the frozen"));
            CompletableFuture<String> read = story.node(frozen).read(registers -> registers.get("x"));

            int next = story.leaderOtherThan(frozen);
            assertThat(story.put(next, "x", "2")).isEqualTo("1");
            story.awaitStatus(
                    frozen, status -> !status.leads() && status.leader().isEmpty());
            assertThat(story.node(frozen).status().up()).isTrue();
            assertThatThrownBy(() -> Story.get(write)).isInstanceOf(RaftException.Unavailable.class);
            assertThatThrownBy(() -> Story.get(read)).isInstanceOf(RaftException.Unavailable.class);

            story.cluster().resume(frozen);
            story.awaitLocal(frozen, "x", "2");
            story.settledLeader();
            assertThat(story.read(frozen, "x")).isEqualTo("2");
        }
    }

    /** All arrive before the first is on disk. */
    @Test
    void shouldSayThatItHasTooManyCommandsAtOnce() {
        try (Story story = Story.of(1)) {
            int leader = story.settledLeader();
            story.cluster().pause(leader);
            List<CompletableFuture<String>> writes = new ArrayList<>();
            for (int i = 0; i < Submissions.MAX_UNCOMMITTED + 10; i++) {
                writes.add(story.node(leader).submit(Command.put("x", "" + i)));
            }
            story.cluster().resume(leader);
            assertThatThrownBy(() -> Story.get(writes.get(writes.size() - 1)))
                    .isInstanceOf(RaftException.Overloaded.class);
            assertThat(Story.get(writes.get(Submissions.MAX_UNCOMMITTED - 1)))
                    .isEqualTo("" + (Submissions.MAX_UNCOMMITTED - 2));
            assertThat(story.read(leader, "x")).isEqualTo("" + (Submissions.MAX_UNCOMMITTED - 1));
        }
    }

    @Test
    void shouldDoNothingWhilePaused() {
        try (Story story = Story.of(3)) {
            int leader = story.settledLeader();
            int frozen = story.otherThan(leader);
            story.put(frozen, "x", "1");
            story.cluster().pause(frozen);
            RaftNode.Status before = story.node(frozen).status();
            story.put(leader, "x", "2");
            CompletableFuture<String> late = story.node(frozen).readLocal(registers -> registers.get("x"));
            assertThat(late).isNotDone();
            assertThat(story.node(frozen).status().applied()).isEqualTo(before.applied());
            story.cluster().kill(frozen);
            assertThatThrownBy(() -> Story.get(late)).isInstanceOf(RaftException.Unavailable.class);
            story.cluster().restart(frozen);
            story.awaitLocal(frozen, "x", "2");
        }
    }

    @Test
    void shouldTakeEverythingUpAgainWhenAllNodesStartFromDisk(@TempDir Path directory) {
        try (Story story = Story.of(3, builder -> builder.directory(directory).snapshotEvery(30))) {
            int leader = story.settledLeader();
            for (int i = 1; i <= 100; i++) {
                story.put(1 + i % 3, "x" + i, "" + i);
            }
            story.put(leader, "last", "one");
            assertThatThrownBy(() -> Story.of(3, builder -> builder.directory(directory)))
                    .isInstanceOf(RaftStoreException.class)
                    .hasMessageContaining("in use");
        }
        assertThatThrownBy(() -> Story.of(5, builder -> builder.directory(directory)))
                .isInstanceOf(RaftStoreException.class);
        try (Story story = Story.of(3, builder -> builder.directory(directory).snapshotEvery(30))) {
            story.settledLeader();
            for (int number = 1; number <= 3; number++) {
                assertThat(story.read(number, "last")).isEqualTo("one");
                assertThat(story.read(number, "x77")).isEqualTo("77");
            }
            story.cluster().kill(1);
            story.cluster().kill(2);
            story.cluster().kill(3);
            story.cluster().restart(2);
            story.cluster().restart(3);
            story.leader();
            assertThat(story.read(3, "x100")).isEqualTo("100");
        }
    }

    @Test
    void shouldServeWithASingleNode() {
        try (Story story = Story.of(1, builder -> builder.snapshotEvery(10))) {
            assertThat(story.leader()).isEqualTo(1);
            for (int i = 1; i <= 25; i++) {
                story.put(1, "x", "" + i);
            }
            assertThat(story.read(1, "x")).isEqualTo("25");
            story.cluster().kill(1);
            assertThat(story.cluster().leader()).isEmpty();
            story.cluster().restart(1);
            story.leader();
            assertThat(story.read(1, "x")).isEqualTo("25");
        }
    }

    @Test
    void shouldServeWithThreeOfFiveNodesAndNotWithTwo() {
        try (Story story = Story.of(5, builder -> builder.requestTimeout(Duration.ofSeconds(1)))) {
            int first = story.settledLeader();
            story.put(first, "x", "1");
            int follower = story.otherThan(first);
            story.cluster().kill(first);
            story.cluster().kill(follower);
            int second = story.leader();
            assertThat(story.put(second, "x", "2")).isEqualTo("1");
            story.cluster().kill(second);

            int left = story.otherThan(first, follower, second);
            await().atMost(Story.PATIENCE).until(() -> story.cluster().leader().isEmpty());
            assertThatThrownBy(() -> story.put(left, "x", "3")).isInstanceOf(RaftException.class);
            assertThatThrownBy(() -> story.read(left, "x")).isInstanceOf(RaftException.Unavailable.class);
            assertThat(story.readLocal(left, "x")).as("stale reads need nobody").isIn("1", "2");

            story.cluster().restart(second);
            story.leader();
            assertThat(story.read(second, "x")).isIn("2", "3");
        }
    }

    @Test
    void shouldHandLeadershipOverWhenAsked() {
        try (Story story = Story.of(3)) {
            int first = story.settledLeader();
            int heir = story.otherThan(first);
            int asked = story.otherThan(first, heir);
            Story.get(story.node(asked).transferLeadership(heir));
            assertThat(story.leaderOtherThan(first)).isEqualTo(heir);
            assertThat(story.node(asked).status().leader()).hasValue(heir);
            Story.get(story.node(heir).transferLeadership(heir));
            assertThat(story.put(heir, "x", "1")).isEqualTo(Registers.NONE);
            assertThatThrownBy(() -> story.node(heir).transferLeadership(4))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
