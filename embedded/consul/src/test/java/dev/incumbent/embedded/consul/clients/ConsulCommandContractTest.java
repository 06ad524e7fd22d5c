package dev.incumbent.embedded.consul.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.CommandResult;
import dev.incumbent.realservers.ConsulCommand;
import dev.incumbent.realservers.RealConsul;
import dev.incumbent.realservers.RunningCommand;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the {@code consul} program says to a server. The same tests run on real Consul, so that they are right. */
@Tag("full")
abstract class ConsulCommandContractTest {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<RunningCommand> running = new ArrayList<>();
    private String prefix = "";

    /** The servers are shared, also with what a killed command left there until its session ends. */
    @BeforeEach
    void takeKeysOfItsOwn() {
        prefix = "t-" + UUID.randomUUID() + "/";
    }

    @AfterEach
    void endWhatRuns() {
        running.forEach(RunningCommand::close);
    }

    /** Of three servers that run, the leader's first. */
    abstract List<String> endpoints();

    /** Kills the leader; returns when another one leads. */
    abstract void killLeader();

    /** Undoes that. */
    abstract void restart();

    private ConsulCommand consul() {
        return consul(0);
    }

    private ConsulCommand consul(int server) {
        assumeTrue(RealConsul.newest().isPresent(), RealConsul.why());
        return ConsulCommand.of(RealConsul.newest().orElseThrow(), endpoints().get(server));
    }

    private String key(String name) {
        return prefix + name;
    }

    // ---- keys

    @Test
    void shouldPutGetAndDelete() {
        assertThat(consul().run("kv", "put", key("a"), "1").output())
                .isEqualTo("Success! Data written to: " + key("a"));
        assertThat(consul(1).run("kv", "put", "-flags=42", key("b"), "2").succeeded())
                .isTrue();

        assertThat(consul(2).run("kv", "get", key("a")).output()).isEqualTo("1");
        assertThat(consul().run("kv", "get", "-detailed", key("b")).output())
                .containsPattern("Flags +42")
                .containsPattern("LockIndex +0")
                .containsPattern("Session +-")
                .containsPattern("Value +2");
        assertThat(consul().run("kv", "get", "-recurse", prefix).output())
                .isEqualTo(key("a") + ":1\n" + key("b") + ":2");
        assertThat(consul(1).run("kv", "get", "-keys", prefix).output()).isEqualTo(key("a") + "\n" + key("b"));
        assertThat(consul().run("kv", "get", "-base64", key("a")).output()).isEqualTo("MQ==");
        assertThat(consul().run("kv", "get", "-stale", key("a")).output()).isEqualTo("1");

        assertThat(consul(2).run("kv", "delete", key("a")).output()).isEqualTo("Success! Deleted key: " + key("a"));
        CommandResult missing = consul().run("kv", "get", key("a"));
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err()).contains("No key exists at: " + key("a"));
        assertThat(consul().run("kv", "delete", "-recurse", prefix).output())
                .isEqualTo("Success! Deleted keys with prefix: " + prefix);
        assertThat(consul().run("kv", "get", "-recurse", prefix).output()).isEmpty();
    }

    @Test
    void shouldCheckAndSet() {
        consul().run("kv", "put", key("a"), "1").output();
        String index = modifyIndex(key("a"));

        CommandResult stale = consul().run("kv", "put", "-cas", "-modify-index=1", key("a"), "2");
        assertThat(stale.exit()).isEqualTo(1);
        assertThat(stale.err()).contains("Did not write to " + key("a") + ": CAS failed");
        assertThat(consul().run("kv", "put", "-cas", "-modify-index=" + index, key("a"), "2")
                        .succeeded())
                .isTrue();
        assertThat(consul().run("kv", "delete", "-cas", "-modify-index=" + index, key("a"))
                        .succeeded())
                .isFalse();
        assertThat(consul().run("kv", "delete", "-cas", "-modify-index=" + modifyIndex(key("a")), key("a"))
                        .succeeded())
                .isTrue();
    }

    private String modifyIndex(String key) {
        return consul().run("kv", "get", "-detailed", key).output().replaceAll("(?s).*ModifyIndex +(\\d+).*", "$1");
    }

    @Test
    void shouldExportAndImport() {
        consul().run("kv", "put", key("a"), "1").output();
        consul().run("kv", "put", key("b/c"), "2").output();
        String exported = consul().run("kv", "export", prefix).output();
        consul().run("kv", "delete", "-recurse", prefix).output();

        assertThat(consul().runWithInput(exported, "kv", "import", "-").output())
                .contains("Imported: " + key("a"))
                .contains("Imported: " + key("b/c"));
        assertThat(consul().run("kv", "export", prefix).output()).isEqualTo(exported);
    }

    // ---- locks

    /** A lock whose child echoes what is written to it: an echo proves that the lock is held. */
    private RunningCommand lock(int server, String... options) {
        List<String> arguments = new ArrayList<>(List.of("lock", "-pass-stdin", "-shell=false"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of(key("l"), "cat"));
        RunningCommand lock = consul(server).start(arguments.toArray(String[]::new));
        running.add(lock);
        return lock;
    }

    private static void awaitHeld(RunningCommand lock) {
        lock.write("held\n");
        lock.awaitOut(out -> out.contains("held"), PATIENCE);
    }

    private String holder() {
        return consul().run("kv", "get", "-detailed", key("l/.lock")).out().replaceAll("(?s).*Session +(\\S+).*", "$1");
    }

    @Test
    void shouldPassALockOnWhenItsHolderIsInterrupted() {
        RunningCommand first = lock(0);
        awaitHeld(first);
        String session = holder();
        RunningCommand second = lock(1);
        second.write("held\n");
        awaitContender(session);
        assertThat(second.out()).doesNotContain("held");

        first.interrupt();
        first.awaitEnd(PATIENCE);
        second.awaitOut(out -> out.contains("held"), PATIENCE);
        assertThat(holder()).isNotEqualTo(session);

        second.interrupt();
        second.awaitEnd(PATIENCE);
        assertThat(consul().run("kv", "get", "-recurse", prefix).output()).isEmpty();
    }

    /** Until somebody else has a session, too: it contends from then on. */
    private void awaitContender(String holder) {
        await().atMost(PATIENCE)
                .until(() -> get("/v1/session/list").replace(holder, "").contains("\"ID\":\""));
    }

    @Test
    void shouldEndAChildWhoseLockIsLost() {
        RunningCommand lock = lock(0, "-monitor-retry=0");
        awaitHeld(lock);
        put("/v1/session/destroy/" + holder());

        CommandResult ended = lock.awaitEnd(PATIENCE);
        assertThat(ended.toString()).contains("signal: terminated");
    }

    @Test
    void shouldGiveUpWhenALockIsNotHadInTime() {
        RunningCommand first = lock(0);
        awaitHeld(first);

        CommandResult tried = consul(1).run("lock", "-shell=false", "-try=1s", key("l"), "true");

        assertThat(tried.succeeded()).isFalse();
        assertThat(tried.out() + tried.err()).contains("Shutdown triggered or timeout during lock acquisition");
    }

    @Test
    void shouldLetSoManyInAsTheSemaphoreSays() {
        RunningCommand first = lock(0, "-n=2");
        RunningCommand second = lock(1, "-n=2");
        awaitHeld(first);
        awaitHeld(second);
        RunningCommand third = lock(2, "-n=2");
        third.write("held\n");
        await().atMost(PATIENCE).until(() -> contenders() == 3);
        assertThat(third.out()).doesNotContain("held");

        second.interrupt();
        second.awaitEnd(PATIENCE);

        third.awaitOut(out -> out.contains("held"), PATIENCE);
        assertThat(first.isRunning()).isTrue();
    }

    private long contenders() {
        return consul().run("kv", "get", "-keys", key("l/"))
                .output()
                .lines()
                .filter(found -> !found.endsWith(".lock"))
                .count();
    }

    @Test
    void shouldHoldALockWhileServersChangeTheirLeader() {
        RunningCommand lock = lock(1, "-monitor-retry=20");
        awaitHeld(lock);
        String session = holder();
        ConsulCommand follower = consul(1);
        killLeader();
        try {
            assertThat(follower.run("kv", "get", "-detailed", key("l/.lock")).output())
                    .contains(session);
            lock.write("still\n");
            lock.awaitOut(out -> out.contains("still"), PATIENCE);
        } finally {
            restart();
        }
    }

    // ---- watches

    @Test
    void shouldWatchAKey() {
        consul().run("kv", "put", key("a"), "1").output();
        RunningCommand watch = consul(1).start("watch", "-type=key", "-key=" + key("a"), "-shell=false", "cat");
        running.add(watch);
        watch.awaitOut(out -> out.contains("\"Value\":\"MQ==\""), PATIENCE);
        consul().run("kv", "put", key("other"), "1").output();
        consul().run("kv", "put", key("a"), "2").output();
        watch.awaitOut(out -> out.contains("\"Value\":\"Mg==\""), PATIENCE);
        consul().run("kv", "delete", key("a")).output();
        watch.awaitOut(out -> out.endsWith("null\n"), PATIENCE);
        assertThat(watch.out().lines()).hasSize(3);
    }

    @Test
    void shouldWatchAPrefix() {
        RunningCommand watch = consul().start("watch", "-type=keyprefix", "-prefix=" + prefix, "-shell=false", "cat");
        running.add(watch);
        watch.awaitOut(out -> out.equals("null\n") || out.equals("[]\n"), PATIENCE);
        consul(2).run("kv", "put", key("a"), "1").output();
        watch.awaitOut(out -> out.contains("\"Value\":\"MQ==\""), PATIENCE);
        consul(1).run("kv", "put", key("b"), "2").output();
        watch.awaitOut(out -> out.contains("\"Value\":\"Mg==\""), PATIENCE);
    }

    // ---- the cluster

    @Test
    void shouldSayWhoIsThere() {
        assertThat(consul().run("members").output().lines())
                .hasSize(4)
                .filteredOn(line -> line.contains(" alive ") && line.contains(" server ") && line.contains(" dc1 "))
                .hasSize(3);
        assertThat(consul(1).run("catalog", "nodes").output().lines()).hasSize(4);
        assertThat(consul(2).run("catalog", "services").output()).isEqualTo("consul");
        assertThat(consul().run("catalog", "datacenters").output()).isEqualTo("dc1");
        assertThat(consul().run("info").output()).contains("server = true").contains("version = 1.8.7");
    }

    @Test
    void shouldListTheRaftPeers() {
        checkPeers(consul(1).run("operator", "raft", "list-peers"));
    }

    /** What is said about Raft, which the embedded server may leave out. */
    abstract void checkPeers(CommandResult listed);

    private String get(String path) {
        return send(
                HttpRequest.newBuilder(URI.create(endpoints().get(0) + path)).build());
    }

    private void put(String path) {
        send(HttpRequest.newBuilder(URI.create(endpoints().get(0) + path))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build());
    }

    private String send(HttpRequest request) {
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .join()
                .body();
    }
}
