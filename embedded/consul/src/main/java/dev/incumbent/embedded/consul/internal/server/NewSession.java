package dev.incumbent.embedded.consul.internal.server;

import com.google.gson.JsonElement;
import dev.incumbent.embedded.consul.internal.store.GoText;
import dev.incumbent.embedded.consul.internal.store.Node;
import dev.incumbent.embedded.consul.internal.store.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a client wants of a session, with Consul's defaults. */
final class NewSession {

    private static final long DEFAULT_LOCK_DELAY_NANOS = 15_000_000_000L;

    /** Consul takes smaller numbers for seconds, larger ones for nanoseconds. */
    private static final long SECONDS_BELOW = 1000;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private String name = "";
    private String node;
    private String behavior = "release";
    private String ttl = "";
    private long lockDelayNanos = DEFAULT_LOCK_DELAY_NANOS;
    private @Nullable List<String> nodeChecks = List.of(Node.SERF_HEALTH);
    private @Nullable List<String> serviceChecks;

    private NewSession(String node) {
        this.node = node;
    }

    /** Reads the body; throws {@link HttpFailure} if it cannot be read. */
    static NewSession of(Request request, String nodeName) {
        NewSession wanted = new NewSession(nodeName);
        if (!request.body().isEmpty()) {
            try {
                wanted.read(GoJson.parse(request.body()));
            } catch (GoJson.Malformed malformed) {
                throw undecoded(malformed.what());
            } catch (GoDuration.Malformed malformed) {
                throw undecoded(malformed.what());
            }
        }
        return wanted;
    }

    private static HttpFailure undecoded(String what) {
        return HttpFailure.badRequest("Request decode failed: " + what);
    }

    private void read(JsonElement body) throws GoJson.Malformed, GoDuration.Malformed {
        if (body.isJsonNull()) {
            return;
        }
        if (!body.isJsonObject()) {
            throw GoJson.mismatch(GoJson.kind(body), "value", "struct { LockDelay interface {}; *structs.Alias }");
        }
        for (Map.Entry<String, JsonElement> field : body.getAsJsonObject().entrySet()) {
            read(field.getKey().toLowerCase(Locale.ROOT), field.getValue());
        }
    }

    private void read(String field, JsonElement value) throws GoJson.Malformed, GoDuration.Malformed {
        if (value.isJsonNull()) {
            if (field.equals("checks")) {
                nodeChecks = List.of();
            } else if (field.equals("nodechecks")) {
                nodeChecks = null;
            }
            return;
        }
        switch (field) {
            case "name" -> name = GoJson.string(value, ".Name");
            case "node" -> node = GoJson.string(value, ".Node");
            case "behavior" -> behavior = GoJson.string(value, ".Behavior", "structs.SessionBehavior");
            case "ttl" -> ttl = GoJson.string(value, ".TTL");
            case "checks" -> nodeChecks = GoJson.strings(value, ".Checks");
            case "nodechecks" -> nodeChecks = GoJson.strings(value, ".NodeChecks");
            case "servicechecks" -> serviceChecks = serviceChecks(value);
            case "lockdelay" -> lockDelayNanos = lockDelay(value);
            default -> {}
        }
    }

    /** Their ids. */
    private static List<String> serviceChecks(JsonElement value) throws GoJson.Malformed {
        if (!value.isJsonArray()) {
            throw GoJson.mismatch(GoJson.kind(value), "struct field .ServiceChecks", "[]structs.ServiceCheck");
        }
        List<String> ids = new ArrayList<>();
        for (JsonElement each : value.getAsJsonArray()) {
            if (!each.isJsonObject()) {
                throw GoJson.mismatch(GoJson.kind(each), "struct field .ServiceChecks", "structs.ServiceCheck");
            }
            String id = "";
            for (Map.Entry<String, JsonElement> field : each.getAsJsonObject().entrySet()) {
                if (field.getKey().equalsIgnoreCase("ID")) {
                    id = GoJson.string(field.getValue(), "ServiceCheck.ServiceChecks.ID");
                }
            }
            ids.add(id);
        }
        return ids;
    }

    /** A text is a duration; a number is one in seconds if it is small, else in nanoseconds; all else is none. */
    private static long lockDelay(JsonElement value) throws GoDuration.Malformed {
        if (!value.isJsonPrimitive() || value.getAsJsonPrimitive().isBoolean()) {
            return 0;
        }
        long nanos = value.getAsJsonPrimitive().isString()
                ? GoDuration.parse(value.getAsString())
                : (long) value.getAsDouble();
        return nanos < SECONDS_BELOW ? nanos * NANOS_PER_SECOND : nanos;
    }

    void requireNode(Backend backend) {
        if (node.isEmpty()) {
            throw HttpFailure.internal(backend.refusal("Must provide Node"));
        }
    }

    /** The session with a new id; throws {@link HttpFailure} if there cannot be such a one. */
    Session session(Backend backend) {
        if (behavior.isEmpty()) {
            behavior = "release";
        }
        if (!behavior.equals("release") && !behavior.equals("delete")) {
            throw HttpFailure.internal(backend.refusal("Invalid Behavior setting '" + GoText.text(behavior) + "'"));
        }
        long ttlNanos = ttlNanos(backend);
        return new Session(
                UUID.randomUUID().toString(),
                name,
                node,
                lockDelayNanos,
                behavior.equals("delete"),
                ttl,
                ttlNanos,
                nodeChecks,
                serviceChecks,
                0);
    }

    private long ttlNanos(Backend backend) {
        if (ttl.isEmpty()) {
            return 0;
        }
        long nanos;
        try {
            nanos = GoDuration.parse(GoText.text(ttl));
        } catch (GoDuration.Malformed malformed) {
            throw HttpFailure.internal(
                    backend.refusal("Session TTL '" + GoText.text(ttl) + "' invalid: " + malformed.what()));
        }
        long min = backend.settings().sessionTtlMin().toNanos();
        long max = ServerSettings.MAX_SESSION_TTL.toNanos();
        if (nanos != 0 && (nanos < min || nanos > max)) {
            throw HttpFailure.internal(backend.refusal("Invalid Session TTL '" + nanos + "', must be between ["
                    + GoDuration.format(min) + "=" + GoDuration.format(max) + "]"));
        }
        return nanos;
    }
}
