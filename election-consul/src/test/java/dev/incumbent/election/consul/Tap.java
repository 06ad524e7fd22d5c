package dev.incumbent.election.consul;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Sits between the adapter and its connections: counts what goes by, and loses or holds replies to requests that took effect. */
final class Tap implements UnaryOperator<Agents.Sender> {

    /** What becomes of a request. */
    private enum Fate {
        PASS,
        /** Consul answered, the connection broke before the answer came. */
        BREAK,
        /** Nothing comes, until the caller cancels. */
        SWALLOW,
        /** It is sent when the test says so; the caller hears that the connection broke. */
        DELAY
    }

    private record Rule(Predicate<Question> which, Fate fate, AtomicInteger times) {}

    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, AtomicInteger> counts = new TreeMap<>();
    private final List<Runnable> delayed = new ArrayList<>();
    private final AtomicInteger polling = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong lastSent = new AtomicLong();
    private final AtomicInteger mostPolling = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean cut;

    static Predicate<Question> entering() {
        return txnWith("\"lock\"");
    }

    static Predicate<Question> withdrawing() {
        return txnWith("\"delete\"");
    }

    static Predicate<Question> txnWith(String part) {
        return question -> {
            String body = question.body();
            return question.path().equals("/v1/txn") && body != null && body.contains(part);
        };
    }

    static Predicate<Question> path(String part) {
        return question -> question.path().contains(part);
    }

    /** The next request of this kind takes effect, and its reply is lost with the connection. */
    void breakNext(Predicate<Question> which) {
        rule(which, Fate.BREAK);
    }

    /** The next request of this kind takes effect, and nothing is heard of it. */
    void swallowNext(Predicate<Question> which) {
        rule(which, Fate.SWALLOW);
    }

    /** The connection breaks under the next request of this kind, which arrives when {@link #deliver} says so. */
    void delayNext(Predicate<Question> which) {
        rule(which, Fate.DELAY);
    }

    private synchronized void rule(Predicate<Question> which, Fate fate) {
        rules.add(new Rule(which, fate, new AtomicInteger(1)));
    }

    /** Lets what was delayed arrive. */
    void deliver() {
        List<Runnable> due;
        synchronized (this) {
            due = List.copyOf(delayed);
            delayed.clear();
        }
        due.forEach(Runnable::run);
    }

    /** From now on nothing arrives and nothing comes back, or all does again. */
    void cut(boolean now) {
        cut = now;
    }

    /** Requests by kind since the last time. */
    synchronized Map<String, Integer> take() {
        Map<String, Integer> taken = new TreeMap<>();
        counts.forEach((kind, count) -> {
            if (count.get() > 0) {
                taken.put(kind, count.getAndSet(0));
            }
        });
        return taken;
    }

    synchronized int counted(String kind) {
        AtomicInteger count = counts.get(kind);
        return count == null ? 0 : count.get();
    }

    /** Whether nothing but polls has been under way for a while, and those have been for as long. */
    boolean isQuiet() {
        return open.get() == polling.get() && System.nanoTime() - lastSent.get() > 150_000_000L;
    }

    long takeBytes() {
        return bytes.getAndSet(0);
    }

    int polling() {
        return polling.get();
    }

    /** How many polls were under way at one time. */
    int mostPolling() {
        return mostPolling.get();
    }

    private static String kind(Question question) {
        if (question.path().equals("/v1/txn")) {
            String body = question.body();
            boolean reads = body != null
                    && !body.contains("\"lock\"")
                    && !body.contains("\"delete")
                    && !body.contains("\"set\"");
            return reads ? "read" : "write";
        }
        if (question.path().startsWith("/v1/session")) {
            return question.path().contains("/renew/") ? "renew" : "session";
        }
        return isPoll(question) ? "poll" : "probe";
    }

    private static boolean isPoll(Question question) {
        return question.parameters().stream().anyMatch(parameter -> parameter.startsWith("wait="));
    }

    private synchronized Fate fate(Question question) {
        for (Rule rule : rules) {
            if (rule.which.test(question) && rule.times.getAndDecrement() > 0) {
                return rule.fate;
            }
        }
        return Fate.PASS;
    }

    @Override
    public Agents.Sender apply(Agents.Sender real) {
        return (endpoint, question) -> {
            synchronized (this) {
                counts.computeIfAbsent(kind(question), kind -> new AtomicInteger())
                        .incrementAndGet();
            }
            return carry(real, endpoint, question);
        };
    }

    private CompletableFuture<HttpResponse<String>> carry(Agents.Sender real, URI endpoint, Question question) {
        if (cut) {
            return new CompletableFuture<>();
        }
        Fate fate = fate(question);
        if (fate == Fate.DELAY) {
            synchronized (this) {
                delayed.add(() -> real.send(endpoint, question));
            }
            return CompletableFuture.failedFuture(new IOException("the connection broke, for a test"));
        }
        boolean poll = isPoll(question);
        if (poll) {
            mostPolling.accumulateAndGet(polling.incrementAndGet(), Math::max);
        }
        open.incrementAndGet();
        lastSent.set(System.nanoTime());
        CompletableFuture<HttpResponse<String>> sent = real.send(endpoint, question);
        sent.whenComplete((response, failure) -> {
            open.decrementAndGet();
            if (poll) {
                polling.decrementAndGet();
            }
            if (response != null) {
                bytes.addAndGet(response.body().length());
            }
        });
        return switch (fate) {
            case PASS -> cut ? new CompletableFuture<>() : sent;
            case BREAK ->
                sent.thenCompose(response ->
                        CompletableFuture.failedFuture(new IOException("the connection broke, for a test")));
            case SWALLOW, DELAY -> new CompletableFuture<>();
        };
    }
}
