package dev.incumbent.embedded.consul.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A file of scenarios with the answers that real Consul gave to them.
 *
 * <pre>{@code
 * == a key is written and read
 * PUT /v1/kv/a
 * > one
 * < 200 application/json
 * < | true
 * GET /v1/session/list
 * header X-Consul-Token: {token}
 * let s = ID
 * < ...
 * start waiting @2 GET /v1/kv/a?index={i}
 * await waiting
 * < ...
 * }</pre>
 *
 * Lines with {@code #} before the first scenario, or above a scenario, are remarks and are kept.
 */
record Transcript(String name, List<Entry> entries) {

    /** One scenario under its remarks. */
    record Entry(List<String> remarks, Scenario scenario) {}

    static Transcript read(String name) {
        String path = name + ".txt";
        try (InputStream file = Objects.requireNonNull(Transcript.class.getResourceAsStream(path), path)) {
            return parse(name, new String(file.readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + path, e);
        }
    }

    static Transcript parse(String name, String text) {
        List<Entry> entries = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        List<String> recorded = new ArrayList<>();
        for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
            if (line.startsWith("#")) {
                remarks.add(line);
            } else if (line.startsWith("== ")) {
                steps = new ArrayList<>();
                entries.add(new Entry(List.copyOf(remarks), new Scenario(line.substring(3), steps)));
                remarks.clear();
            } else if (line.startsWith("<")) {
                recorded = new ArrayList<>(last(steps).recorded());
                recorded.add(line.substring(Math.min(2, line.length())));
                replaceLast(steps, last(steps).recorded(recorded));
            } else if (isDetail(line)) {
                replaceLast(steps, detail(last(steps), line));
            } else {
                steps.add(request(line));
            }
        }
        return new Transcript(name, List.copyOf(entries));
    }

    private static boolean isDetail(String line) {
        return line.startsWith("> ")
                || line.startsWith("body ")
                || line.startsWith("header ")
                || line.startsWith("let ")
                || line.startsWith("pick ");
    }

    private static Step detail(Step step, String line) {
        String[] words = line.split(" ", -1);
        return switch (words[0]) {
            case ">" -> step.body(Texts.unescaped(line.substring(2)));
            case "body" -> step.body(words[3].repeat(Integer.parseInt(words[1])));
            case "header" -> {
                String[] pair = line.substring("header ".length()).split(": ", 2);
                yield step.header(pair[0], pair[1]);
            }
            case "let" -> step.let(words[1], Step.Source.valueOf(words[3].toUpperCase(Locale.ROOT)));
            default -> step.picks(List.of(words).subList(1, words.length));
        };
    }

    private static Step request(String line) {
        String[] words = line.split(" ", -1);
        int at = 0;
        if (words[0].equals("await")) {
            return Step.await(words[1]);
        }
        String label = "";
        if (words[0].equals("start")) {
            label = words[1];
            at = 2;
        }
        int node = 1;
        if (words[at].startsWith("@")) {
            node = Integer.parseInt(words[at].substring(1));
            at++;
        }
        Step step = Step.call(words[at], words[at + 1]).on(node);
        return label.isEmpty() ? step : step.started(label);
    }

    private static Step last(List<Step> steps) {
        return steps.get(steps.size() - 1);
    }

    private static void replaceLast(List<Step> steps, Step step) {
        steps.set(steps.size() - 1, step);
    }

    List<Scenario> scenarios() {
        return entries.stream().map(Entry::scenario).toList();
    }

    Transcript with(List<Scenario> recorded) {
        List<Entry> all = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            all.add(new Entry(entries.get(i).remarks(), recorded.get(i)));
        }
        return new Transcript(name, List.copyOf(all));
    }

    /** The file's text. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (Entry entry : entries) {
            text.append(text.isEmpty() ? "" : "\n");
            entry.remarks().forEach(line -> text.append(line).append('\n'));
            text.append("== ").append(entry.scenario().name()).append('\n');
            for (Step step : entry.scenario().steps()) {
                step.lines().forEach(line -> text.append(line).append('\n'));
                step.recorded().forEach(line -> text.append("< ").append(line).append('\n'));
            }
        }
        return text.toString();
    }
}
