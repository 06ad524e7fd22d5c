package dev.incumbent.embedded.etcd.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.CommandResult;
import dev.incumbent.realservers.Etcdctl;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RunningCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code etcdctl} of both series says to a server. The same tests run on real etcd, so that they are right. */
@Tag("full")
abstract class EtcdctlContractTest {

    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern HEX = Pattern.compile("\\b[0-9a-f]{8,16}\\b");

    private String prefix = "";

    /** The server is shared, also with what a killed etcdctl left there until its lease ends. */
    @BeforeEach
    void takeKeysOfItsOwn() {
        prefix = "t-" + UUID.randomUUID() + "/";
    }

    /** Of a server that runs. */
    abstract List<String> endpoints();

    Etcdctl etcdctl(String series) {
        assumeTrue(RealEtcd.installation(series).isPresent(), RealEtcd.why());
        return Etcdctl.of(RealEtcd.installation(series).orElseThrow(), endpoints());
    }

    private String key(String name) {
        return prefix + name;
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldPutAndGet(String series) {
        Etcdctl etcdctl = etcdctl(series);
        assertThat(etcdctl.run("put", key("a"), "1").output()).isEqualTo("OK");
        assertThat(etcdctl.run("put", key("b"), "2").output()).isEqualTo("OK");
        assertThat(etcdctl.run("put", "--prev-kv", key("b"), "3").output()).isEqualTo("OK\n" + key("b") + "\n2");

        assertThat(etcdctl.run("get", key("a")).output()).isEqualTo(key("a") + "\n1");
        assertThat(etcdctl.run("get", "--prefix", prefix, "--print-value-only").output())
                .isEqualTo("1\n3");
        assertThat(etcdctl.run("get", "--prefix", prefix, "--keys-only").output())
                .isEqualTo(key("a") + "\n\n" + key("b"));
        assertThat(etcdctl.run("get", "--prefix", prefix, "--order=DESCEND", "--limit=1", "--print-value-only")
                        .output())
                .isEqualTo("3");
        assertThat(etcdctl.run("get", key("a"), key("b"), "--print-value-only").output())
                .isEqualTo("1");
        assertThat(etcdctl.run("get", "--consistency=s", key("missing")).output())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldReadThePastUntilItIsCompacted(String series) {
        Etcdctl etcdctl = etcdctl(series);
        etcdctl.run("put", key("a"), "old").output();
        long revision = revision(etcdctl);
        etcdctl.run("put", key("a"), "new").output();

        assertThat(etcdctl.run("get", key("a"), "--rev=" + revision, "--print-value-only")
                        .output())
                .isEqualTo("old");
        assertThat(etcdctl.run("compaction", "" + (revision + 1)).output())
                .isEqualTo("compacted revision " + (revision + 1));
        CommandResult compacted = etcdctl.run("get", key("a"), "--rev=" + revision);
        assertThat(compacted.succeeded()).isFalse();
        assertThat(compacted.err()).contains("etcdserver: mvcc: required revision has been compacted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldDelete(String series) {
        Etcdctl etcdctl = etcdctl(series);
        etcdctl.run("put", key("a"), "1").output();
        etcdctl.run("put", key("b"), "2").output();

        assertThat(etcdctl.run("del", "--prev-kv", key("a")).output()).isEqualTo("1\n" + key("a") + "\n1");
        assertThat(etcdctl.run("del", key("a")).output()).isEqualTo("0");
        assertThat(etcdctl.run("del", "--prefix", prefix).output()).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldRunATransaction(String series) {
        Etcdctl etcdctl = etcdctl(series);
        etcdctl.run("put", key("a"), "1").output();
        String txn = "value(\"" + key("a") + "\") = \"1\"\nmod(\"" + key("a") + "\") > \"0\"\n\nput " + key("b")
                + " yes\nget " + key("b") + "\n\nput " + key("b") + " no\n\n";

        assertThat(etcdctl.runWithInput(txn, "txn").output()).isEqualTo("SUCCESS\n\nOK\n\n" + key("b") + "\nyes");
        etcdctl.run("put", key("a"), "2").output();
        assertThat(etcdctl.runWithInput(txn, "txn").output()).isEqualTo("FAILURE\n\nOK");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldWatchFromNowAndFromThePast(String series) {
        Etcdctl etcdctl = etcdctl(series);
        etcdctl.run("put", key("a"), "1").output();
        long revision = revision(etcdctl);
        etcdctl.run("put", key("a"), "2").output();
        String past = "PUT\n" + key("a") + "\n1\nPUT\n" + key("a") + "\n2\n";
        try (RunningCommand fromThePast = etcdctl.start("watch", key("a"), "--rev=" + revision);
                RunningCommand fromNow = etcdctl.start("watch", "--prefix", prefix, "--prev-kv")) {
            assertThat(fromThePast.awaitOut(out -> out.length() >= past.length(), PATIENCE))
                    .isEqualTo(past);
            // The watch says nothing when it begins: changes until one is heard.
            await().atMost(PATIENCE).until(() -> {
                etcdctl.run("put", key("a"), "3").output();
                return fromNow.out().contains(key("a") + "\n3\n");
            });
            etcdctl.run("del", key("a")).output();
            fromThePast.awaitOut(out -> out.endsWith("DELETE\n" + key("a") + "\n\n"), PATIENCE);
            fromNow.awaitOut(out -> out.endsWith("DELETE\n" + key("a") + "\n3\n" + key("a") + "\n\n"), PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldManageLeases(String series) {
        Etcdctl etcdctl = etcdctl(series);
        String granted = etcdctl.run("lease", "grant", "100").output();
        assertThat(granted).matches("lease [0-9a-f]+ granted with TTL\\(100s\\)");
        String id = hex(granted);
        etcdctl.run("put", "--lease=" + id, key("a"), "1").output();

        assertThat(etcdctl.run("lease", "timetolive", "--keys", id).output())
                .matches("lease " + id
                        + " granted with TTL\\(100s\\), remaining\\((99|100|9\\d)s\\), attached keys\\(\\["
                        + Pattern.quote(key("a")) + "\\]\\)");
        assertThat(etcdctl.run("lease", "list").output()).contains(id);
        assertThat(etcdctl.run("lease", "keep-alive", "--once", id).output())
                .isEqualTo("lease " + id + " keepalived with TTL(100)");
        assertThat(etcdctl.run("lease", "revoke", id).output()).isEqualTo("lease " + id + " revoked");
        assertThat(etcdctl.run("get", key("a")).output()).isEmpty();
        assertThat(etcdctl.run("lease", "timetolive", id).output()).isEqualTo("lease " + id + " already expired");
        CommandResult again = etcdctl.run("lease", "revoke", id);
        assertThat(again.err()).contains("requested lease not found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldKeepALeaseAliveUntilTheClientIsKilled(String series) {
        Etcdctl etcdctl = etcdctl(series);
        String id = hex(etcdctl.run("lease", "grant", "2").output());
        try (RunningCommand keeper = etcdctl.start("lease", "keep-alive", id)) {
            etcdctl.run("put", "--lease=" + id, key("a"), "1").output();
            keeper.awaitOut(out -> out.lines().count() >= 4, PATIENCE);
            assertThat(etcdctl.run("get", key("a"), "--print-value-only").output())
                    .isEqualTo("1");
        }
        await().atMost(PATIENCE)
                .until(() -> etcdctl.run("get", key("a")).output().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldHandALockOverWhenItsHolderIsInterrupted(String series) {
        Etcdctl etcdctl = etcdctl(series);
        try (RunningCommand first = etcdctl.start("lock", key("l"))) {
            String firstKey = first.awaitOut(out -> out.endsWith("\n"), PATIENCE);
            assertThat(firstKey).startsWith(key("l") + "/");
            try (RunningCommand second = etcdctl.start("lock", key("l"))) {
                await().atMost(PATIENCE).until(() -> keys(etcdctl, key("l")).size() == 2);
                assertThat(second.out()).isEmpty();
                first.interrupt();
                first.awaitEnd(PATIENCE);
                assertThat(second.awaitOut(out -> out.endsWith("\n"), PATIENCE))
                        .startsWith(key("l") + "/")
                        .isNotEqualTo(firstKey);
                second.interrupt();
                second.awaitEnd(PATIENCE);
            }
        }
        assertThat(keys(etcdctl, key("l"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldRunACommandUnderALock(String series) {
        Etcdctl etcdctl = etcdctl(series);
        CommandResult result = etcdctl.run("lock", key("l"), "printenv", "ETCD_LOCK_KEY");
        assertThat(result.output()).contains(key("l") + "/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldElectOneAfterTheOtherAndShowWhoLeads(String series) {
        Etcdctl etcdctl = etcdctl(series);
        try (RunningCommand first = etcdctl.start("elect", key("e"), "one")) {
            first.awaitOut(out -> out.endsWith("one\n"), PATIENCE);
            try (RunningCommand observer = etcdctl.start("elect", "-l", key("e"));
                    RunningCommand second = etcdctl.start("elect", key("e"), "two")) {
                observer.awaitOut(out -> out.endsWith("one\n"), PATIENCE);
                await().atMost(PATIENCE).until(() -> keys(etcdctl, key("e")).size() == 2);
                assertThat(second.out()).isEmpty();
                first.interrupt();
                first.awaitEnd(PATIENCE);
                second.awaitOut(out -> out.endsWith("two\n"), PATIENCE);
                observer.awaitOut(out -> out.endsWith("two\n"), PATIENCE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldShowEndpointsAndMembers(String series) {
        Etcdctl etcdctl = etcdctl(series);
        int count = endpoints().size();

        String status = etcdctl.run("endpoint", "status", "-w", "json").output();
        assertThat(status.split("\"Endpoint\"", -1)).hasSize(count + 1);
        assertThat(status)
                .contains("\"version\":\"3.")
                .contains("\"raftTerm\":")
                .contains("\"leader\":");
        assertThat(etcdctl.run("endpoint", "status", "-w", "table").output()).contains("ENDPOINT", "IS LEADER", "true");

        CommandResult health = etcdctl.run("endpoint", "health");
        assertThat((health.out() + health.err())
                        .lines()
                        .filter(line -> line.contains("is healthy: successfully committed")))
                .hasSize(count);
        assertThat(etcdctl.run("endpoint", "health", "-w", "json").output().split("\"health\":true", -1))
                .hasSize(count + 1);
        assertThat(etcdctl.run("endpoint", "health", "--cluster", "-w", "table").output())
                .contains("true");

        assertThat(etcdctl.run("member", "list").output().lines())
                .hasSize(count)
                .allMatch(line -> line.matches("[0-9a-f]+, started, [^,]+, [^,]*, http://[^,]+, false"));
        assertThat(etcdctl.run("member", "list", "-w", "table").output()).contains("started");
        String hashes = etcdctl.run("endpoint", "hashkv", "-w", "json").output();
        assertThat(hashes.split("\"HashKV\"", -1)).hasSize(count + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldServeAnOperatorsCommands(String series) {
        Etcdctl etcdctl = etcdctl(series);
        CommandResult defragmented = etcdctl.run("defrag");
        assertThat(defragmented.succeeded()).isTrue();
        assertThat(defragmented.out()).contains("Finished defragmenting etcd member");
        assertThat(etcdctl.run("alarm", "list").output()).isEmpty();
        assertThat(etcdctl.run("alarm", "disarm").output()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldMoveTheLeader(String series) {
        assumeTrue(endpoints().size() > 1, "a single member has nobody to hand over to");
        Etcdctl etcdctl = etcdctl(series);
        String follower = etcdctl.run("endpoint", "status")
                .output()
                .lines()
                .filter(line -> line.split(", ", -1)[4].equals("false"))
                .map(line -> line.split(", ", -1)[1])
                .findFirst()
                .orElseThrow();

        CommandResult moved = etcdctl.run("move-leader", follower);

        assertThat(moved.output()).startsWith("Leadership transferred from").endsWith(follower);
        assertThat(etcdctl.run("endpoint", "status").output().lines())
                .anyMatch(line -> line.contains(follower) && line.split(", ", -1)[4].equals("true"));
    }

    abstract void checkSnapshot(CommandResult saved);

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldAnswerASnapshotRequest(String series, @TempDir Path directory) {
        assumeTrue(RealEtcd.installation(series).isPresent(), RealEtcd.why());
        Etcdctl one = Etcdctl.of(
                RealEtcd.installation(series).orElseThrow(), endpoints().subList(0, 1));
        checkSnapshot(one.run("snapshot", "save", directory.resolve("db").toString()));
    }

    private static long revision(Etcdctl etcdctl) {
        Matcher revision = Pattern.compile("\"revision\":(\\d+)")
                .matcher(etcdctl.run("get", "any", "-w", "json").output());
        assertThat(revision.find()).isTrue();
        return Long.parseLong(revision.group(1));
    }

    private static List<String> keys(Etcdctl etcdctl, String prefix) {
        return etcdctl.run("get", "--prefix", prefix + "/", "--keys-only")
                .output()
                .lines()
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static String hex(String text) {
        Matcher id = HEX.matcher(text);
        assertThat(id.find()).isTrue();
        return id.group();
    }
}
