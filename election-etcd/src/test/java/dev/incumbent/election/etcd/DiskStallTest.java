package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.realservers.EtcdInstallation;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The disk of etcd's leader stalls while everything else of it goes on, and the holder of the office knows no other member.
 *
 * <p>etcd makes its system calls itself, past libc, so a preloaded library does not see its {@code fdatasync}; SIGSTOP stops the
 * answers to keep-alives, too. So {@code strace} holds the calls back in the kernel. Skipped where there is no strace or it may
 * not trace.
 */
@Tag("full")
final class DiskStallTest {

    private static final long STALL_MICROS = 90_000_000L;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private RealEtcdCluster cluster(String series) {
        Optional<EtcdInstallation> installation = RealEtcd.installation(series);
        assumeTrue(installation.isPresent(), () -> "needs a real etcd " + series + ": " + RealEtcd.why());
        RealEtcdCluster cluster = RealEtcdCluster.builder(installation.orElseThrow())
                .nodes(3)
                .fsync(true)
                .start();
        opened.add(cluster);
        return cluster;
    }

    /** The server that was told to serve clients at this address. */
    private static long pidOf(String endpoint) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains("etcd")
                        && commandLine(process).matches("(?s).*listen-client-urls[= \\x00]" + endpoint + "\\b.*"))
                .mapToLong(ProcessHandle::pid)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no process serves " + endpoint));
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (IOException ended) {
            return "";
        }
    }

    /** Only the log: with the database stalled, too, etcd does not even answer. */
    private static List<String> command(long pid) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "strace",
                "-f",
                "-e",
                "trace=fdatasync",
                "-e",
                "inject=fdatasync:delay_enter=" + STALL_MICROS,
                "-p",
                String.valueOf(pid)));
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            files.map(DiskStallTest::target)
                    .filter(file -> file.endsWith(".wal"))
                    .forEach(file -> {
                        command.add("-P");
                        command.add(file);
                    });
        }
        assertThat(command).as("the log's files").contains("-P");
        return command;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    private void stallDisk(long pid) throws Exception {
        Path output = Files.createTempFile("strace", ".log");
        opened.add(() -> Files.deleteIfExists(output));
        Process strace;
        try {
            strace = new ProcessBuilder(command(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException missing) {
            assumeTrue(false, "needs strace: " + missing.getMessage());
            return;
        }
        opened.add(() -> {
            strace.destroy();
            strace.waitFor(10, TimeUnit.SECONDS);
        });
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> !strace.isAlive() || Files.readString(output).contains("attached"));
        assumeTrue(strace.isAlive(), () -> "strace may not trace here: " + read(output));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            return String.valueOf(unreadable.getMessage());
        }
    }

    private static void write(String endpoint) {
        try (Outside outside = new Outside(endpoint)) {
            outside.put(ByteString.copyFromUtf8("poke"), ByteString.copyFromUtf8("poke"));
        } catch (StatusRuntimeException unanswered) {
            assertThat(unanswered.getStatus().getCode()).isNotEqualTo(Status.Code.OK);
        }
    }

    private ElectionClient client(String name, List<String> endpoints) {
        ElectionClient client = EtcdElections.builder()
                .endpoints(endpoints.toArray(String[]::new))
                .root("/stall")
                .config(Place.TIMING)
                .candidateId(name)
                .build();
        opened.add(client);
        return client;
    }

    /** Whether the holder still believed in itself when its successor was elected, or at any time in the two seconds after. */
    private boolean overlapsWhenTheDiskStalls(String series) throws Exception {
        RealEtcdCluster cluster = cluster(series);
        int leader = cluster.leader();
        String stalled = cluster.endpoint(leader);
        List<String> others = new ArrayList<>(cluster.endpoints());
        others.remove(stalled);
        Leadership holder = client("holder", List.of(stalled))
                .election("office")
                .campaign()
                .awaitLeadership(PATIENCE)
                .orElseThrow();
        List<Boolean> overlaps = new CopyOnWriteArrayList<>();
        Candidacy successor = client("successor", others)
                .election("office")
                .campaign(CampaignOptions.builder()
                        .listener(new LeadershipListener() {
                            @Override
                            public void elected(Leadership leadership) {
                                overlaps.add(holder.isValid());
                            }
                        })
                        .build());

        stallDisk(pidOf(stalled));
        // Keep-alives write nothing: something must be committed for the stall to be felt.
        write(others.get(0));

        Leadership next = successor.awaitLeadership(PATIENCE).orElseThrow();
        Awaitility.await().atMost(PATIENCE).until(() -> !overlaps.isEmpty());
        assertThat(next.token().isNewerThan(holder.token())).isTrue();
        return overlaps.contains(true);
    }

    @Test
    void shouldNeverOverlapWhenTheDiskOfTheLeadingMemberStalls() throws Exception {
        assertThat(overlapsWhenTheDiskStalls("3.5")).isFalse();
    }

    /** What the warning about older servers is about, and that this schedule can show it (etcd #15247). */
    @Test
    void shouldShowTheOverlapOnAVersionThatIsWarnedOf() throws Exception {
        Optional<EtcdInstallation> installation = RealEtcd.installation("3.4");
        assumeTrue(
                installation.isPresent()
                        && Versions.forgetsLeases(installation.orElseThrow().version()),
                () -> "needs a real etcd 3.4 before 3.4.31: " + RealEtcd.why());

        assertThat(overlapsWhenTheDiskStalls("3.4")).isTrue();
    }
}
