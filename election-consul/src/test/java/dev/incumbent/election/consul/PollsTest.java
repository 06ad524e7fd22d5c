package dev.incumbent.election.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.contract.Eventually;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Polls whose answers are written down beforehand: what they ask next, when, and whom they tell. */
final class PollsTest {

    private static final String ABSENT = "";

    private final IoLoop loop = new IoLoop("consul");
    private final List<Question> asked = new CopyOnWriteArrayList<>();
    private final Queue<CompletableFuture<HttpResponse<String>>> answers = new ArrayDeque<>();
    private Supplier<CompletableFuture<HttpResponse<String>>> otherwise = CompletableFuture::new;

    private final Agents agents = new Agents(
            loop,
            this::send,
            () -> {},
            List.of(URI.create("http://p:1")),
            Duration.ofMillis(800).toNanos());
    private final Ground ground = new Ground(agents, new Layout("r", Map.of()));
    private final Waits waits = new Waits(
            SystemTicker.INSTANCE,
            new java.util.Random(1),
            Duration.ofSeconds(10).toNanos(),
            Duration.ofMillis(800).toNanos());

    @AfterEach
    void close() {
        loop.close();
    }

    private CompletableFuture<HttpResponse<String>> send(URI endpoint, Question question) {
        asked.add(question);
        CompletableFuture<HttpResponse<String>> next = answers.poll();
        return next == null ? otherwise.get() : next;
    }

    private <T> T onLoop(Supplier<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(task.get()));
        return result.get(20, TimeUnit.SECONDS);
    }

    private void awaitAsked(int times) {
        Eventually.until(Servers.PATIENCE, "questions", asked::size, count -> count >= times);
    }

    private static String entries(String key, long createIndex, long modifyIndex) {
        return "[{\"LockIndex\":1,\"Key\":\"" + key + "\",\"Flags\":0,\"Value\":null,\"Session\":\"s\",\"CreateIndex\":"
                + createIndex + ",\"ModifyIndex\":" + modifyIndex + "}]";
    }

    private String indexOf(int question) {
        return asked.get(question).parameters().stream()
                .filter(parameter -> parameter.startsWith("index="))
                .findFirst()
                .orElse("none");
    }

    // ---- the tree

    private static final class Seen implements TreePoll.Listener {

        private final List<Integer> sizes = new CopyOnWriteArrayList<>();

        @Override
        public void seen(TreePoll.Tree tree, boolean newer) {
            sizes.add(tree.keys().size());
        }
    }

    /** Where what was removed is remembered no more the index falls back to what it was. */
    @Test
    void shouldLookAtTheTreeAnewWhenThePollFailed() throws Exception {
        String entry = entries("r/elections/e/s-1", 7, 7);
        answers.add(Forged.answer(200, 7, entry));
        answers.add(CompletableFuture.failedFuture(new java.io.IOException("the path is down")));
        answers.add(Forged.answer(200, 7, entry));
        Seen seen = new Seen();

        onLoop(() -> new TreePoll(ground, waits).listen(seen));

        Eventually.until(Servers.PATIENCE, "two views", () -> seen.sizes.size(), count -> count == 2);
        assertThat(indexOf(1)).isEqualTo("index=7");
        assertThat(indexOf(2)).as("answered at once").isNotEqualTo("index=7");
    }

    /** Consul would hold a question with an index that it has not reached until its time is up. */
    @Test
    void shouldLookAtTheTreeAnewWhenConsulWasRebuilt() throws Exception {
        answers.add(Forged.answer(200, 7000, entries("r/elections/e/s-1", 7000, 7000)));
        Seen seen = new Seen();
        TreePoll tree = new TreePoll(ground, waits);
        onLoop(() -> tree.listen(seen));
        awaitAsked(2);
        otherwise = () -> asked.size() == 3 ? Forged.answer(404, 12, ABSENT) : new CompletableFuture<>();

        onLoop(() -> {
            tree.forget();
            return true;
        });

        Eventually.until(Servers.PATIENCE, "two views", () -> List.copyOf(seen.sizes), sizes -> sizes.size() == 2);
        assertThat(seen.sizes).containsExactly(1, 0);
    }

    @Test
    void shouldNotAskInACircleWhenNothingNewIsAnsweredAtOnce() throws Exception {
        otherwise = () -> Forged.answer(200, 7, entries("r/elections/e/s-1", 7, 7));
        Seen seen = new Seen();
        onLoop(() -> new TreePoll(ground, waits).listen(seen));
        KeyPolls keys = new KeyPolls(ground, waits);
        onLoop(() -> keys.watch("r/elections/e/s-1", 7, now -> {}));
        long until = System.nanoTime() + Duration.ofMillis(500).toNanos();

        Eventually.until(Servers.PATIENCE, "half a second", System::nanoTime, now -> now - until > 0);

        assertThat(asked).as("twice, each at most every 20 ms").hasSizeLessThan(70);
    }

    // ---- single keys

    @Test
    void shouldTellALaterWatcherThatTheKeyHasGone() throws Exception {
        answers.add(Forged.answer(404, 20, ABSENT));
        KeyPolls keys = new KeyPolls(ground, waits);
        onLoop(() -> keys.watch("shared", 0, now -> {}));
        awaitAsked(2);
        List<String> told = new CopyOnWriteArrayList<>();

        onLoop(() -> keys.watch("shared", 15, now -> told.add(now == null ? "gone" : "there")));

        Eventually.until(Servers.PATIENCE, "told", () -> List.copyOf(told), list -> list.contains("gone"));
    }

    /** One that was read after that is newer: the poll will come to it. */
    @Test
    void shouldNotTellALaterWatcherOfAStateBeforeItsOwn() throws Exception {
        answers.add(Forged.answer(404, 20, ABSENT));
        KeyPolls keys = new KeyPolls(ground, waits);
        onLoop(() -> keys.watch("shared", 0, now -> {}));
        awaitAsked(2);
        List<String> told = new CopyOnWriteArrayList<>();

        onLoop(() -> keys.watch("shared", 25, now -> told.add(now == null ? "gone" : "there")));

        onLoop(() -> true);
        assertThat(told).isEmpty();
    }
}
