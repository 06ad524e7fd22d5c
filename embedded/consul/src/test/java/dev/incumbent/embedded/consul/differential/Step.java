package dev.incumbent.embedded.consul.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a {@link Scenario}: a request that is answered at once, one that is left waiting, or the answer of one that
 * waits.
 *
 * @param kind what is done
 * @param label which waiting request is meant; empty for {@link Kind#CALL}
 * @param node which server is asked, from 1
 * @param method such as {@code PUT}
 * @param target path and query; {@code {name}} stands for a variable
 * @param headers of the request
 * @param body of the request, empty for none; variables as in the target
 * @param lets what is taken from the answer, by the variable's name
 * @param picks members of a JSON answer, such as {@code Config.Server}, when the rest of it is not compared
 * @param recorded the answer of the real server, as {@link Rendering} writes it
 */
record Step(
        Kind kind,
        String label,
        int node,
        String method,
        String target,
        Map<String, String> headers,
        String body,
        Map<String, Source> lets,
        List<String> picks,
        List<String> recorded) {

    /** Labels that begin so are of requests that may be woken early, by changes that do not concern them. */
    static final String LOOSE = "loose";

    enum Kind {
        CALL,
        START,
        AWAIT
    }

    /** Where in an answer a variable comes from. */
    enum Source {
        ID("\"ID\": ?\"([^\"]*)\""),
        INDEX("X-Consul-Index: (\\d+)"),
        CREATE("\"CreateIndex\": ?(\\d+)"),
        MODIFY("\"ModifyIndex\": ?(\\d+)"),
        SECRET("\"SecretID\": ?\"([^\"]*)\"");

        private final String pattern;

        Source(String pattern) {
            this.pattern = pattern;
        }

        Optional<String> in(Reply reply) {
            Matcher found = Pattern.compile(pattern).matcher(reply.headerText() + "\n" + reply.body());
            return found.find() ? Optional.of(found.group(1)) : Optional.empty();
        }
    }

    static Step call(String method, String target) {
        return new Step(Kind.CALL, "", 1, method, target, Map.of(), "", Map.of(), List.of(), List.of());
    }

    static Step await(String label) {
        return new Step(Kind.AWAIT, label, 1, "", "", Map.of(), "", Map.of(), List.of(), List.of());
    }

    Step started(String as) {
        return new Step(Kind.START, as, node, method, target, headers, body, lets, picks, recorded);
    }

    Step on(int server) {
        return new Step(kind, label, server, method, target, headers, body, lets, picks, recorded);
    }

    Step body(String text) {
        return new Step(kind, label, node, method, target, headers, text, lets, picks, recorded);
    }

    Step header(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new Step(kind, label, node, method, target, all, body, lets, picks, recorded);
    }

    Step let(String name, Source source) {
        Map<String, Source> all = new LinkedHashMap<>(lets);
        all.put(name, source);
        return new Step(kind, label, node, method, target, headers, body, all, picks, recorded);
    }

    Step picks(List<String> members) {
        return new Step(kind, label, node, method, target, headers, body, lets, members, recorded);
    }

    Step recorded(List<String> lines) {
        return new Step(kind, label, node, method, target, headers, body, lets, picks, lines);
    }

    /** The request as a transcript has it. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        String where = node == 1 ? "" : "@" + node + " ";
        lines.add(
                switch (kind) {
                    case CALL -> where + method + " " + target;
                    case START -> "start " + label + " " + where + method + " " + target;
                    case AWAIT -> "await " + label;
                });
        headers.forEach((name, value) -> lines.add("header " + name + ": " + value));
        if (!body.isEmpty()) {
            lines.add(Texts.bodyLine(body));
        }
        lets.forEach((name, source) -> lines.add("let " + name + " = " + source));
        if (!picks.isEmpty()) {
            lines.add("pick " + String.join(" ", picks));
        }
        return lines;
    }

    @Override
    public String toString() {
        return String.join("\n", lines());
    }
}
