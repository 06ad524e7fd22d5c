package dev.incumbent.embedded.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever state an ensemble is in, {@code close()} leaves no thread and no file behind, and is quick. */
@Isolated("counts the threads of the JVM")
class CloseTest {

    private static final Duration BOUND = Duration.ofSeconds(5);

    enum State {
        HEALTHY {
            @Override
            void enter(EmbeddedZooKeeper ensemble) {}
        },
        ALL_PAUSED {
            @Override
            void enter(EmbeddedZooKeeper ensemble) {
                ensemble.nodes().forEach(ensemble::pause);
            }
        },
        LEADER_KILLED {
            @Override
            void enter(EmbeddedZooKeeper ensemble) {
                ensemble.kill(ensemble.leader());
            }
        },
        LEADER_ISOLATED {
            @Override
            void enter(EmbeddedZooKeeper ensemble) {
                ensemble.isolate(ensemble.leader());
            }
        },
        NO_QUORUM {
            @Override
            void enter(EmbeddedZooKeeper ensemble) {
                ensemble.kill(ensemble.followers().get(0));
                ensemble.kill(ensemble.followers().get(0));
            }
        },
        SECURE {
            @Override
            void configure(EmbeddedZooKeeperBuilder builder) {
                builder.nodes(1).tls(true).saslUser("ann", "secret");
            }

            @Override
            void enter(EmbeddedZooKeeper ensemble) {}
        };

        void configure(EmbeddedZooKeeperBuilder builder) {}

        abstract void enter(EmbeddedZooKeeper ensemble);
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingBehindWhenClosed(State state) throws Exception {
        Set<Thread> threadsBefore = threads();
        EmbeddedZooKeeperBuilder builder = EmbeddedZooKeeper.builder().nodes(3).tickTime(Duration.ofMillis(100));
        state.configure(builder);
        EmbeddedZooKeeper ensemble = builder.start();
        try (TestClient client = new TestClient(ensemble.connectString())) {
            client.create("/a", "1");
        }
        state.enter(ensemble);
        List<Path> directories = new ArrayList<>(List.of(ensemble.directory()));
        if (state == State.SECURE) {
            directories.add(ensemble.tlsFiles().directory());
        }
        assertThat(directories).allSatisfy(directory -> assertThat(directory).isNotEmptyDirectory());

        long begun = System.nanoTime();
        ensemble.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(BOUND);
        ensemble.close();

        assertThat(directories).allSatisfy(directory -> assertThat(directory).doesNotExist());
        Awaitility.await().atMost(BOUND).untilAsserted(() -> assertThat(newThreads(threadsBefore))
                .isEmpty());
        assertThatThrownBy(() -> ensemble.pause(1)).isInstanceOf(EmbeddedZooKeeperException.class);
    }

    private static List<String> newThreads(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                // Workers that the JVM keeps for everybody, and that end or idle as daemons by themselves.
                .filter(name -> !name.startsWith("ForkJoinPool.commonPool") && !name.startsWith("process reaper"))
                .filter(name -> !name.startsWith("awaitility") && !name.startsWith("globalEventExecutor"))
                .toList();
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }
}
