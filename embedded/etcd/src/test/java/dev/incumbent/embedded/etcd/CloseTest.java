package dev.incumbent.embedded.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever state a cluster is in, {@code close()} leaves no thread and no file behind, and is quick. */
@Isolated("counts the threads and the temporary files of the JVM")
class CloseTest {

    private static final Duration BOUND = Duration.ofSeconds(5);

    enum State {
        HEALTHY {
            @Override
            void enter(EmbeddedEtcd etcd) {}
        },
        ALL_PAUSED {
            @Override
            void enter(EmbeddedEtcd etcd) {
                etcd.nodes().forEach(etcd::pause);
            }
        },
        LEADER_KILLED {
            @Override
            void enter(EmbeddedEtcd etcd) {
                etcd.kill(etcd.awaitLeader(BOUND));
            }
        },
        LEADER_ISOLATED {
            @Override
            void enter(EmbeddedEtcd etcd) {
                etcd.isolate(etcd.awaitLeader(BOUND));
            }
        };

        abstract void enter(EmbeddedEtcd etcd);
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingBehindWhenClosed(State state) throws Exception {
        Set<Thread> threadsBefore = threads();
        Set<Path> filesBefore = files();
        EmbeddedEtcd etcd = EmbeddedEtcd.start(3);
        try (EtcdClient client = new EtcdClient(etcd.endpoint(1))) {
            client.put("/a", "1");
            Stream<WatchRequest, WatchResponse> watch = Stream.watch(client);
            watch.send(Stream.watching(Stream.key("/a")));
            watch.next();
            assertThat(files()).hasSizeGreaterThan(filesBefore.size());
            state.enter(etcd);

            long begun = System.nanoTime();
            etcd.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(BOUND);
            etcd.close();
            assertThat(watch.end().isOk()).isFalse();
        }
        assertThat(files()).isEqualTo(filesBefore);
        Awaitility.await().atMost(BOUND).untilAsserted(() -> assertThat(newThreads(threadsBefore))
                .isEmpty());
        assertThatThrownBy(() -> etcd.isolate(1)).isInstanceOf(EmbeddedEtcdException.class);
    }

    private static Set<Path> files() throws IOException {
        String ours = "raft-" + ProcessHandle.current().pid() + "-";
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return new HashSet<>(
                    files.filter(file -> file.getFileName().toString().startsWith(ours))
                            .toList());
        }
    }

    private static List<String> newThreads(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                // Workers that the JVM, the client and the tests keep for everybody.
                .filter(name -> !name.startsWith("ForkJoinPool") && !name.startsWith("process reaper"))
                .filter(name -> !name.startsWith("grpc-") && !name.startsWith("CompletableFutureDelayScheduler"))
                .filter(name -> !name.startsWith("awaitility") && !name.startsWith("globalEventExecutor"))
                .toList();
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }
}
