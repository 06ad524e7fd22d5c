package dev.incumbent.embedded.consul.differential;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes answers so that two servers that do the same write the same.
 *
 * <p>A Raft index becomes its rank among the indexes of the scenario, {@code #1} being the lowest: which are equal and which
 * come first is compared, their distance is not. 0 and 1 stay. A UUID becomes {@code <id1>} and so on, by first appearance,
 * unless the scenario itself names it; the servers' names become {@code <node>}, {@code <node2>}, an address {@code <address>}. Everything
 * else has to be the same to the letter. Left out are the indexes of catalog and health, which change with what a server
 * notes about itself, and how long ago a follower heard of its leader.
 */
final class Rendering {

    /**
     * An answer.
     *
     * @param step the one that was answered
     * @param request what was asked: the same step, or the one that an {@link Step.Kind#AWAIT} belongs to
     */
    record Answer(Step step, Step request, Reply reply) {

        /** Whether its index hangs on more than what the scenario did. */
        boolean hasAnyIndex() {
            return isAboutServers() || step.label().startsWith(Step.LOOSE);
        }

        boolean isAboutServers() {
            return request.target().startsWith("/v1/catalog")
                    || request.target().startsWith("/v1/health");
        }
    }

    private static final String INDEX_HEADER = "X-Consul-Index";
    private static final String CONTACT_HEADER = "X-Consul-Lastcontact";
    private static final Pattern INDEX = Pattern.compile("(\"(?:Create|Modify)Index\": ?|current modify index )(\\d+)");
    /** The index that the request named, in the text of an error. */
    private static final Pattern ASKED = Pattern.compile("(current modify index #?\\d+ != )(\\d+)");

    private static final Pattern SESSION =
            Pattern.compile("\\{\"ID\":\"([^\"]+)\",\"Name\":.*?\"CreateIndex\":(\\d+)[^}]*\\}");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern CONTACT = Pattern.compile("(\"LastContact\": ?)[1-9]\\d*");
    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:\\d+");

    private final Map<Long, String> ranks = new TreeMap<>();
    private final Map<String, String> ids = new LinkedHashMap<>();
    private final List<String> nodeNames;

    private Rendering(List<String> nodeNames) {
        this.nodeNames = nodeNames;
    }

    static List<List<String>> of(List<Answer> answers, List<String> nodeNames) {
        Rendering rendering = new Rendering(nodeNames);
        rendering.collect(answers);
        return answers.stream().map(rendering::lines).toList();
    }

    private void collect(List<Answer> answers) {
        TreeSet<Long> indexes = new TreeSet<>();
        for (Answer answer : answers) {
            Matcher named = UUID.matcher(answer.step().toString());
            while (named.find()) {
                ids.put(named.group(), named.group());
            }
            String header = answer.reply().headers().get(INDEX_HEADER);
            if (header != null && !answer.hasAnyIndex()) {
                indexes.add(Long.parseLong(header));
            }
            Matcher index = INDEX.matcher(answer.reply().body());
            while (!answer.isAboutServers() && index.find()) {
                indexes.add(Long.parseLong(index.group(2)));
            }
        }
        int rank = 1;
        for (long index : indexes) {
            ranks.put(index, index <= 1 ? "" + index : "#" + rank++);
        }
    }

    private List<String> lines(Answer answer) {
        Reply reply = answer.reply();
        List<String> lines = new ArrayList<>();
        Map<String, String> headers = new TreeMap<>(reply.headers());
        if (answer.request().target().contains("stale")) {
            headers.replaceAll((name, value) -> name.equals(CONTACT_HEADER) && value.matches("\\d+") ? "0" : value);
        }
        boolean waited = reply.waited() && !answer.step().label().startsWith(Step.LOOSE);
        lines.add(
                reply.status() + firstLine(headers, answer.hasAnyIndex()) + (waited ? " when the wait was over" : ""));
        headers.forEach((name, value) -> lines.add(name + ": " + value));
        if (!answer.step().picks().isEmpty()) {
            JsonElement json = json(reply.body());
            answer.step().picks().forEach(path -> lines.add("| " + path + " = " + symbolic(member(json, path))));
        } else if (!reply.body().isEmpty()) {
            lines.add("| " + Texts.escaped(symbolic(reply.body())));
        }
        return lines;
    }

    /** The headers that nearly every answer has, in a few words; what is out of the ordinary stays for a line of its own. */
    private String firstLine(Map<String, String> headers, boolean anyIndex) {
        StringBuilder line = new StringBuilder();
        if (headers.remove("Content-Type", "application/json")) {
            line.append(" json");
        } else if (headers.remove("Content-Type", "text/plain; charset=utf-8")) {
            line.append(" text");
        }
        if (!headers.remove("Vary", "Accept-Encoding")) {
            line.append(" never compressed");
        }
        String index = headers.get(INDEX_HEADER);
        if (index != null && headers.remove("X-Consul-Knownleader", "true") && headers.remove(CONTACT_HEADER, "0")) {
            headers.remove(INDEX_HEADER);
            line.append(" at ").append(anyIndex ? "some index" : ranks.getOrDefault(Long.parseLong(index), index));
        }
        return line.toString();
    }

    private static JsonElement json(String body) {
        try {
            return JsonParser.parseString(body);
        } catch (JsonParseException other) {
            return JsonNull.INSTANCE;
        }
    }

    private static String member(JsonElement json, String path) {
        JsonElement at = json;
        for (String name : path.split("\\.", -1)) {
            at = child(at, name);
        }
        return at.toString();
    }

    private static JsonElement child(JsonElement parent, String name) {
        if (parent.isJsonArray() && name.matches("\\d+")) {
            int index = Integer.parseInt(name);
            return index < parent.getAsJsonArray().size()
                    ? parent.getAsJsonArray().get(index)
                    : JsonNull.INSTANCE;
        }
        return parent.isJsonObject() && parent.getAsJsonObject().has(name)
                ? parent.getAsJsonObject().get(name)
                : JsonNull.INSTANCE;
    }

    private String symbolic(String body) {
        String text = ASKED.matcher(INDEX.matcher(inOrderOfCreation(body)).replaceAll(this::symbolicIndex))
                .replaceAll(this::symbolicIndex);
        text = UUID.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        ids.computeIfAbsent(found.group(), id -> "<id" + (ids.size() + 1) + ">")));
        text = CONTACT.matcher(text).replaceAll("$1<some>");
        text = ADDRESS.matcher(text).replaceAll("<address>");
        for (int i = 0; i < nodeNames.size(); i++) {
            text = Pattern.compile("\\b" + Pattern.quote(nodeNames.get(i)) + "\\b")
                    .matcher(text)
                    .replaceAll(i == 0 ? "<node>" : "<node" + (i + 1) + ">");
        }
        return text;
    }

    private String symbolicIndex(MatchResult found) {
        String index = found.group(2);
        return Matcher.quoteReplacement(found.group(1) + ranks.getOrDefault(Long.parseLong(index), index));
    }

    /** Sessions come in the order of their ids, which are random. */
    private static String inOrderOfCreation(String body) {
        Matcher found = SESSION.matcher(body);
        TreeMap<Long, String> sessions = new TreeMap<>();
        List<String> order = new ArrayList<>();
        while (found.find()) {
            order.add(found.group(1));
            sessions.put(Long.parseLong(found.group(2)), found.group());
        }
        if (order.size() < 2) {
            return body;
        }
        String sorted = order.equals(order.stream().sorted().toList()) ? "" : " not in the order of ids";
        return "[" + String.join(",", sessions.values()) + "]" + sorted;
    }
}
