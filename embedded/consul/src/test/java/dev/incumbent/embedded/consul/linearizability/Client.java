package dev.incumbent.embedded.consul.linearizability;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.incumbent.embedded.consul.Http;
import dev.incumbent.testkit.linearizability.HistoryRecorder;
import dev.incumbent.testkit.linearizability.RegisterInput;
import dev.incumbent.testkit.linearizability.RegisterOutput;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One client: one operation at a time on a random key through a random node, all of it recorded. Changes are Txns, which tell at which
 * index they were made. Not thread-safe.
 */
final class Client {

    private static final Duration PATIENCE = Duration.ofMillis(700);

    private final int number;
    private final List<Http> nodes;
    private final Random random;
    private final HistoryRecorder<String, RegisterInput, RegisterOutput> recorder;
    private final String readMode;
    private final Map<String, Long> lastSeen = new HashMap<>();
    private final AtomicLong answered = new AtomicLong();
    private int writes;

    /**
     * For one thread.
     *
     * @param readMode a parameter of reads: "", "consistent" or "stale"
     */
    Client(
            int number,
            List<Http> nodes,
            long seed,
            HistoryRecorder<String, RegisterInput, RegisterOutput> recorder,
            String readMode) {
        this.number = number;
        this.nodes = nodes;
        this.random = new Random(seed + number);
        this.recorder = recorder;
        this.readMode = readMode;
    }

    long answered() {
        return answered.get();
    }

    /** One operation. */
    void once(String key) {
        int dice = random.nextInt(100);
        RegisterInput input;
        if (dice < 50) {
            input = new RegisterInput.Read();
        } else if (dice < 70) {
            input = new RegisterInput.Write(value());
        } else if (dice < 80) {
            input = new RegisterInput.Delete();
        } else {
            input = new RegisterInput.CompareAndSet(lastSeen.getOrDefault(key, 0L), value());
        }
        perform(1 + random.nextInt(nodes.size()), key, input);
    }

    private String value() {
        return "c" + number + "-" + ++writes;
    }

    /** Asks one node, and notes what came of it. */
    Optional<RegisterOutput> perform(int node, String key, RegisterInput input) {
        HistoryRecorder<String, RegisterInput, RegisterOutput>.Call call = recorder.call(number, key, input);
        try {
            Http.Answer answer = ask(nodes.get(node - 1), key, input);
            if (answer.status() == 500) {
                // The others may have happened, or may yet happen: they stay open.
                if (input instanceof RegisterInput.Read || answer.body().contains("No cluster leader")) {
                    call.failedForCertain();
                }
                return Optional.empty();
            }
            RegisterOutput output = output(input, answer);
            call.answered(output);
            answered.incrementAndGet();
            remember(key, output);
            return Optional.of(output);
        } catch (UncheckedIOException failure) {
            if (input instanceof RegisterInput.Read || failure.getCause() instanceof ConnectException) {
                call.failedForCertain();
            }
            return Optional.empty();
        }
    }

    private void remember(String key, RegisterOutput output) {
        if (output instanceof RegisterOutput.Found found) {
            lastSeen.put(key, found.revision());
        } else if (output instanceof RegisterOutput.Changed changed) {
            // Wrong after a delete, so that some comparisons fail.
            lastSeen.put(key, changed.storeRevision());
        }
    }

    private Http.Answer ask(Http node, String key, RegisterInput input) {
        if (input instanceof RegisterInput.Read) {
            return node.send("GET", "/v1/kv/" + key + "?" + readMode, "", PATIENCE);
        }
        return node.send("PUT", "/v1/txn", "[" + operations(key, input) + "]", PATIENCE);
    }

    private String operations(String key, RegisterInput input) {
        if (input instanceof RegisterInput.Write write) {
            return operation("set", key, write.value(), 0);
        }
        if (input instanceof RegisterInput.CompareAndSet swap) {
            return operation("cas", key, swap.value(), swap.revision());
        }
        // A delete does not say where it was made; what is written beside it does.
        return operation("get", key, "", 0) + "," + operation("delete", key, "", 0) + ","
                + operation("set", "marks/" + number, value(), 0);
    }

    private static String operation(String verb, String key, String value, long index) {
        return "{\"KV\":{\"Verb\":\"" + verb + "\",\"Key\":\"" + key + "\",\"Value\":\""
                + Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) + "\",\"Index\":" + index + "}}";
    }

    private static RegisterOutput output(RegisterInput input, Http.Answer answer) {
        if (input instanceof RegisterInput.Read) {
            if (answer.status() == 404) {
                return new RegisterOutput.Found(Optional.empty(), 0, answer.index());
            }
            JsonObject entry = JsonParser.parseString(answer.body())
                    .getAsJsonArray()
                    .get(0)
                    .getAsJsonObject();
            long index = entry.get("ModifyIndex").getAsLong();
            String value =
                    new String(Base64.getDecoder().decode(entry.get("Value").getAsString()), UTF_8);
            return new RegisterOutput.Found(Optional.of(value), index, index);
        }
        if (answer.status() == 409) {
            return new RegisterOutput.Unchanged(0);
        }
        JsonArray results = JsonParser.parseString(answer.body())
                .getAsJsonObject()
                .get("Results")
                .getAsJsonArray();
        return new RegisterOutput.Changed(results.get(results.size() - 1)
                .getAsJsonObject()
                .get("KV")
                .getAsJsonObject()
                .get("ModifyIndex")
                .getAsLong());
    }
}
