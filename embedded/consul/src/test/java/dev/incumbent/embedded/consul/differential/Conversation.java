package dev.incumbent.embedded.consul.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells scenarios to one server. Not thread-safe. */
final class Conversation {

    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]\\w*)\\}");
    private static final Pattern ID = Pattern.compile("\"ID\": ?\"([^\"]+)\"");

    /** A request and its answer to come. */
    private record Waiting(Step request, CompletableFuture<Reply> answer) {
        /** What a sequence awaits that was shortened by the request. */
        static final Waiting FOR_NOTHING =
                new Waiting(Step.await(""), CompletableFuture.failedFuture(new IllegalStateException("not asked")));
    }

    /** An index so high that it waits, an id that is none. */
    private static final String NEVER = "9999999999";

    private final HttpSubject subject;
    private final List<String> nodeNames;

    Conversation(HttpSubject subject) {
        this.subject = subject;
        this.nodeNames = subject.nodeNames();
    }

    /** The answers, one for each step but those that only start a request, written so that servers can be compared. */
    List<List<String>> tell(Scenario scenario) {
        return Rendering.of(hear(scenario), nodeNames);
    }

    List<String> nodeNames() {
        return nodeNames;
    }

    /** The answers as they came. */
    List<Rendering.Answer> hear(Scenario scenario) {
        forgetEverything();
        Map<String, String> variables = new HashMap<>();
        variables.put("node", nodeNames.get(0));
        subject.tokens().values().forEach(token -> variables.put("token", token));
        Map<String, Waiting> waiting = new HashMap<>();
        List<Rendering.Answer> answers = new ArrayList<>();
        for (Step step : scenario.steps()) {
            if (step.kind() == Step.Kind.START) {
                waiting.put(step.label(), new Waiting(step, send(step, variables, subject::start)));
                continue;
            }
            Waiting asked = step.kind() == Step.Kind.CALL
                    ? new Waiting(step, send(step, variables, subject::call))
                    : waiting.getOrDefault(step.label(), Waiting.FOR_NOTHING);
            Reply reply = await(asked.answer());
            step.lets().forEach((name, source) -> source.in(reply).ifPresent(value -> variables.put(name, value)));
            answers.add(new Rendering.Answer(step, asked.request(), reply));
        }
        return answers;
    }

    private static Reply await(CompletableFuture<Reply> coming) {
        try {
            return coming.join();
        } catch (CompletionException failed) {
            // That a server breaks a connection off is an answer, too.
            return new Reply(0, new TreeMap<>(), "", false);
        }
    }

    /** How a request is sent. */
    private interface Way {
        CompletableFuture<Reply> send(int node, String method, String target, Map<String, String> headers, String body);
    }

    private static CompletableFuture<Reply> send(Step step, Map<String, String> variables, Way way) {
        Map<String, String> headers = new HashMap<>();
        step.headers().forEach((name, value) -> headers.put(name, filled(value, variables)));
        return way.send(
                step.node(), step.method(), filled(step.target(), variables), headers, filled(step.body(), variables));
    }

    private static String filled(String text, Map<String, String> variables) {
        // A sequence that was shortened may name what it no longer has.
        return VARIABLE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(variables.getOrDefault(found.group(1), NEVER)));
    }

    /** Removes keys and sessions, and sees to it that both tables have changed at least once. */
    private void forgetEverything() {
        ask("PUT", "/v1/session/create");
        Matcher id = ID.matcher(ask("GET", "/v1/session/list").body());
        while (id.find()) {
            ask("PUT", "/v1/session/destroy/" + id.group(1));
        }
        ask("PUT", "/v1/kv/a");
        ask("DELETE", "/v1/kv/?recurse");
    }

    private Reply ask(String method, String target) {
        return subject.call(1, method, target, subject.tokens(), "").join();
    }
}
