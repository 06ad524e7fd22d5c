package dev.incumbent.embedded.consul.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.incumbent.embedded.consul.differential.Step.Source;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Random scenarios over few keys and few sessions, so that requests meet. The same seed gives the same scenario.
 *
 * <p>Keys are below a prefix of the scenario's own: a lock-delay of an earlier one, which ends by the clock, does not reach
 * into a later one.
 */
final class ScenarioGenerator {

    private static final List<String> KEYS = List.of("a", "b", "p", "p/1", "p/2", "p/q/3");
    private static final List<String> PREFIXES = List.of("", "p", "p/", "p/q", "none");
    private static final List<String> VALUES = List.of("", "1", "two", "\u0000\u00ff");
    private static final List<String> SESSIONS = List.of("s", "t", "u");
    private static final String STRANGER = "6c1e3f4a-8f6f-4f0a-9d1f-2a1f0a9b8c7d";

    private final Random random;
    private final String root;
    private final List<Step> steps = new ArrayList<>();

    private ScenarioGenerator(long seed) {
        this.random = new Random(seed);
        this.root = "r" + seed + "/";
    }

    static Scenario scenario(long seed, int length) {
        ScenarioGenerator generator = new ScenarioGenerator(seed);
        SESSIONS.subList(0, 2).forEach(generator::createSession);
        while (generator.steps.size() < length) {
            generator.next();
        }
        return new Scenario("seed " + seed, List.copyOf(generator.steps));
    }

    private void next() {
        int choice = random.nextInt(100);
        if (choice < 30) {
            steps.add(write());
        } else if (choice < 50) {
            steps.add(read());
        } else if (choice < 58) {
            steps.add(delete());
        } else if (choice < 75) {
            steps.add(Step.call("PUT", "/v1/txn").body(transaction()));
        } else if (choice < 79) {
            createSession(any(SESSIONS));
        } else if (choice < 90) {
            steps.add(askAboutSession());
        } else if (choice < 93) {
            wait(random.nextInt(4));
        } else {
            steps.add(oddity());
        }
    }

    private Step write() {
        String value = any(VALUES);
        return switch (random.nextInt(7)) {
            case 0 -> put("?cas=" + index()).body(value);
            case 1, 2 -> put("?acquire=" + session()).body(value);
            case 3 -> put("?release=" + session()).body(value);
            case 4 -> put("?flags=" + random.nextInt(3)).body(value);
            case 5 ->
                put("?acquire=" + session() + "&flags=" + random.nextInt(3)).body(value);
            default -> put("").body(value);
        };
    }

    private Step put(String query) {
        return Step.call("PUT", "/v1/kv/" + key() + query);
    }

    private Step read() {
        String consistency = any(List.of("", "", "", "consistent", "stale"));
        return switch (random.nextInt(6)) {
            case 0 -> get(root + any(PREFIXES) + query("recurse", consistency)).let("i", Source.INDEX);
            case 1 -> get(root + any(PREFIXES) + query("keys", consistency)).let("i", Source.INDEX);
            case 2 -> get(root + any(PREFIXES) + query("keys&separator=" + any(List.of("/", "q", "")), consistency));
            case 3 -> get(key() + query("raw", consistency));
            default ->
                get(key() + query("", consistency)).let("m", Source.MODIFY).let("i", Source.INDEX);
        };
    }

    private static Step get(String target) {
        return Step.call("GET", "/v1/kv/" + target);
    }

    private static String query(String first, String second) {
        String both = first + (first.isEmpty() || second.isEmpty() ? "" : "&") + second;
        return both.isEmpty() ? "" : "?" + both;
    }

    private Step delete() {
        return switch (random.nextInt(4)) {
            case 0 -> Step.call("DELETE", "/v1/kv/" + key() + "?cas=" + index());
            case 1 -> Step.call("DELETE", "/v1/kv/" + root + any(PREFIXES) + "?recurse");
            default -> Step.call("DELETE", "/v1/kv/" + key());
        };
    }

    private void createSession(String variable) {
        String checks = random.nextBoolean() ? "" : ", \"NodeChecks\": []";
        String ttl = random.nextBoolean() ? "" : ", \"TTL\": \"" + any(List.of("10s", "1h")) + "\"";
        steps.add(Step.call("PUT", "/v1/session/create")
                .body("{\"Name\": \"" + variable + "\", \"LockDelay\": \"" + any(List.of("0s", "0s", "1h"))
                        + "\", \"Behavior\": \"" + any(List.of("release", "delete")) + "\"" + checks + ttl + "}")
                .let(variable, Source.ID));
    }

    private Step askAboutSession() {
        String id = session();
        return switch (random.nextInt(6)) {
            case 0, 1 -> Step.call("PUT", "/v1/session/destroy/" + id);
            case 2 -> Step.call("PUT", "/v1/session/renew/" + id);
            case 3 -> Step.call("GET", "/v1/session/list").let("i", Source.INDEX);
            case 4 -> Step.call("GET", "/v1/session/node/{node}").let("i", Source.INDEX);
            default -> Step.call("GET", "/v1/session/info/" + id).let("i", Source.INDEX);
        };
    }

    /** A request that waits, one change, and the answer: with two changes it would be chance which one is seen. */
    private void wait(int about) {
        String label = Step.LOOSE + steps.size();
        String waiting = "index={i}&wait=400ms";
        Step read =
                switch (about) {
                    case 0 -> Step.call("GET", "/v1/session/list");
                    case 1 -> get(root + any(PREFIXES) + "?recurse");
                    case 2 -> get(root + any(PREFIXES) + "?keys");
                    default -> get(key());
                };
        steps.add(read.let("i", Source.INDEX));
        String target = read.target() + (read.target().contains("?") ? "&" : "?") + waiting;
        steps.add(Step.call("GET", target).started(label));
        steps.add(
                switch (random.nextInt(4)) {
                    case 0 -> delete();
                    case 1 -> Step.call("PUT", "/v1/session/destroy/" + session());
                    case 2 -> Step.call("PUT", "/v1/txn").body(transaction());
                    default -> write();
                });
        steps.add(Step.await(label));
    }

    private String transaction() {
        return IntStream.range(0, 1 + random.nextInt(4))
                .mapToObj(i -> "{\"KV\": " + operation() + "}")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private String operation() {
        String verb = any(List.of(
                "set",
                "set",
                "cas",
                "lock",
                "lock",
                "unlock",
                "get",
                "get",
                "get-tree",
                "check-index",
                "check-session",
                "check-session",
                "check-not-exists",
                "delete",
                "delete-cas",
                "delete-tree"));
        StringBuilder operation = new StringBuilder("{\"Verb\": \"" + verb + "\"");
        boolean tree = verb.endsWith("-tree");
        operation
                .append(", \"Key\": \"")
                .append(tree ? root + any(PREFIXES) : key())
                .append('"');
        if (List.of("set", "cas", "lock", "unlock").contains(verb)) {
            operation.append(", \"Value\": \"").append(base64(any(VALUES))).append('"');
            operation.append(random.nextInt(4) == 0 ? ", \"Flags\": 5" : "");
        }
        if (List.of("cas", "check-index", "delete-cas").contains(verb)) {
            operation.append(", \"Index\": ").append(index());
        }
        if (List.of("lock", "unlock", "check-session").contains(verb)) {
            operation.append(", \"Session\": \"").append(session()).append('"');
        }
        return operation.append('}').toString();
    }

    private Step oddity() {
        return switch (random.nextInt(8)) {
            case 0 -> put("?cas=0&acquire=" + session());
            case 1 -> put("?acquire=").body("x");
            case 2 -> put("?flags=x").body("x");
            case 3 -> get(key() + "?index=x");
            case 4 -> get(key() + "?stale&consistent");
            case 5 -> Step.call("PUT", "/v1/txn").body("[{\"KV\": {\"Verb\": \"what\", \"Key\": \"" + key() + "\"}}]");
            case 6 -> Step.call("PUT", "/v1/session/create").body("{\"LockDelay\": \"x\"}");
            default -> Step.call("POST", "/v1/kv/" + key());
        };
    }

    private String key() {
        return root + any(KEYS);
    }

    private String session() {
        return random.nextInt(20) == 0 ? STRANGER : "{" + any(SESSIONS) + "}";
    }

    private String index() {
        return random.nextInt(4) == 0 ? "0" : "{m}";
    }

    private String any(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static String base64(String bytes) {
        return Base64.getEncoder().encodeToString(bytes.getBytes(ISO_8859_1));
    }
}
