package dev.incumbent.embedded.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.incumbent.embedded.raft.Registers.Command;
import io.microraft.model.impl.message.DefaultAppendEntriesSuccessResponseOrBuilder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a cluster does when links are cut and slow. */
class LinkStoryTest {

    private static final Duration SHORT = Duration.ofMillis(1500);

    @Test
    void shouldRefuseReadsAndWritesOnALeaderThatIsCutOff() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(SHORT))) {
            int old = story.settledLeader();
            story.put(old, "x", "1");
            story.cluster().isolate(old);
            CompletableFuture<String> write = story.node(old).submit(Command.put("x", "lost"));
            CompletableFuture<String> early = story.node(old).read(registers -> registers.get("x"));

            int next = story.leaderOtherThan(old);
            assertThat(story.put(next, "x", "2")).isEqualTo("1");
            assertThatThrownBy(() -> story.read(old, "x")).isInstanceOf(RaftException.Unavailable.class);
            assertThatThrownBy(() -> Story.get(early)).isInstanceOf(RaftException.Unavailable.class);
            assertThat(story.readLocal(old, "x")).as("stale, as asked for").isEqualTo("1");
            story.awaitStatus(old, status -> !status.leads() && status.leader().isEmpty());
            assertThatThrownBy(() -> Story.get(write)).isInstanceOf(RaftException.Indeterminate.class);

            story.cluster().heal();
            story.awaitLocal(old, "x", "2");
            story.settledLeader();
            assertThat(story.read(old, "x")).isEqualTo("2");
        }
    }

    @Test
    void shouldKnowThatAWriteIsLostWhenTheNextLeadersFirstEntryArrives() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(Duration.ofSeconds(20)))) {
            int old = story.settledLeader();
            story.put(old, "x", "1");
            story.cluster().isolate(old);
            CompletableFuture<String> write = story.node(old).submit(Command.put("x", "lost"));
            story.put(story.leaderOtherThan(old), "x", "2");
            assertThat(write).as("not to be known yet").isNotDone();
            story.cluster().heal();
            assertThatThrownBy(() -> Story.get(write))
                    .isInstanceOf(RaftException.Unavailable.class)
                    .hasMessageContaining("lost its office");
            assertThat(story.read(old, "x")).isEqualTo("2");
        }
    }

    @Test
    void shouldKnowItsCommandWhenItComesBackFromTheDiskOfARestartedLeader() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(Duration.ofSeconds(20)))) {
            int leader = story.settledLeader();
            int asking = story.otherThan(leader);
            int third = story.otherThan(leader, asking);
            story.put(asking, "x", "1");
            story.cluster().cut(leader, asking);
            CompletableFuture<String> write = story.node(asking).submit(Command.put("x", "2"));
            story.awaitLocal(third, "x", "2");
            story.cluster().kill(leader);
            story.cluster().kill(third);
            story.cluster().heal();
            story.cluster().restart(leader);
            story.cluster().restart(third);
            assertThat(Story.get(write))
                    .as("it took effect, and is not called lost")
                    .isEqualTo("1");
        }
    }

    @Test
    void shouldIgnoreAcknowledgementsOfAnEarlierTerm() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(SHORT))) {
            int first = story.settledLeader();
            int leader = story.otherThan(first);
            Story.get(story.node(first).transferLeadership(leader));
            story.leaderOtherThan(first);
            story.put(leader, "x", "1");
            int follower = story.otherThan(leader);
            RaftNode.Status status = story.node(leader).status();
            story.cluster().isolate(leader);
            CompletableFuture<String> write = story.node(leader).submit(Command.put("x", "2"));
            DefaultAppendEntriesSuccessResponseOrBuilder ack = new DefaultAppendEntriesSuccessResponseOrBuilder();
            ack.setGroupId("raft")
                    .setSender(new Endpoint(follower))
                    .setTerm((int) status.term() - 1)
                    .setLastLogIndex(status.applied() + 1)
                    .setQuerySequenceNumber(0)
                    .setFlowControlSequenceNumber(0);
            ((Node<?, ?, ?>) story.node(leader)).deliver(new Message.Raft(ack.build()));
            assertThatThrownBy(() -> Story.get(write)).isInstanceOf(RaftException.Indeterminate.class);
            assertThat(story.readLocal(leader, "x")).isEqualTo("1");
        }
    }

    @Test
    void shouldReplaceALeaderThatIsHeardButDoesNotHear() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(SHORT))) {
            int deaf = story.settledLeader();
            story.put(deaf, "x", "1");
            for (int number = 1; number <= 3; number++) {
                if (number != deaf) {
                    story.cluster().cut(number, deaf);
                }
            }
            int next = story.leaderOtherThan(deaf);
            assertThat(story.put(next, "x", "2")).isEqualTo("1");
            assertThatThrownBy(() -> story.read(deaf, "x")).isInstanceOf(RaftException.Unavailable.class);
            story.cluster().heal();
            story.awaitLocal(deaf, "x", "2");
        }
    }

    @Test
    void shouldReplaceALeaderThatHearsButIsNotHeard() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(SHORT))) {
            int mute = story.settledLeader();
            story.put(mute, "x", "1");
            for (int number = 1; number <= 3; number++) {
                if (number != mute) {
                    story.cluster().cut(mute, number);
                }
            }
            int next = story.leaderOtherThan(mute);
            assertThat(story.put(next, "x", "2")).isEqualTo("1");
            assertThatThrownBy(() -> story.put(mute, "x", "lost")).isInstanceOf(RaftException.Indeterminate.class);
            story.cluster().heal();
            story.awaitLocal(mute, "x", "2");
        }
    }

    @Test
    void shouldKeepTheLeaderWhenOneFollowerIsCutOff() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(SHORT))) {
            int leader = story.settledLeader();
            int cutOff = story.otherThan(leader);
            long term = story.node(leader).status().term();
            story.cluster().isolate(cutOff);
            story.awaitStatus(cutOff, status -> status.leader().isEmpty());
            story.put(leader, "x", "1");
            assertThatThrownBy(() -> story.put(cutOff, "x", "2")).isInstanceOf(RaftException.class);
            story.cluster().heal();
            story.awaitLocal(cutOff, "x", "1");
            assertThat(story.settledLeader()).isEqualTo(leader);
            assertThat(story.node(leader).status().term())
                    .as("it did not disturb anyone")
                    .isEqualTo(term);
        }
    }

    @Test
    void shouldLoseARequestThatACutLinkSwallows() {
        try (Story story = Story.of(3, builder -> builder.requestTimeout(SHORT))) {
            int leader = story.settledLeader();
            int asking = story.otherThan(leader);
            story.cluster().cut(asking, leader);
            assertThatThrownBy(() -> story.put(asking, "x", "1")).isInstanceOf(RaftException.Indeterminate.class);
            assertThatThrownBy(() -> story.read(asking, "x")).isInstanceOf(RaftException.Unavailable.class);
            story.cluster().heal();
            assertThat(story.read(asking, "x")).isEqualTo(Registers.NONE);
        }
    }

    @Test
    void shouldServeOverSlowLinks() {
        Duration delay = Duration.ofMillis(150);
        try (Story story = Story.of(3)) {
            int leader = story.settledLeader();
            for (int from = 1; from <= 3; from++) {
                for (int to = 1; to <= 3; to++) {
                    if (from != to) {
                        story.cluster().slow(from, to, delay);
                    }
                }
            }
            int follower = story.otherThan(leader);
            long start = System.nanoTime();
            story.put(follower, "x", "1");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("there, to a majority and back, and the commit")
                    .isGreaterThan(delay.multipliedBy(3));
            assertThat(story.read(follower, "x")).isEqualTo("1");
            story.cluster().heal();
            assertThat(story.read(follower, "x")).isEqualTo("1");
        }
    }

    @Test
    void shouldNotTalkOverALinkToItself() {
        try (Story story = Story.of(1)) {
            assertThatThrownBy(() -> story.cluster().cut(1, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> story.cluster().isolate(2)).isInstanceOf(IllegalArgumentException.class);
            await().atMost(Story.PATIENCE).until(() -> story.cluster().leader().isPresent());
        }
    }
}
