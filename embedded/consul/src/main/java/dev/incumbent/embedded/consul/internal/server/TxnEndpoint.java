package dev.incumbent.embedded.consul.internal.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.GoText;
import dev.incumbent.embedded.consul.internal.store.KvOp;
import dev.incumbent.embedded.consul.internal.store.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** {@code /v1/txn}: operations on keys, all or none. Those on nodes, services and checks are not there. */
final class TxnEndpoint {

    private final Backend backend;
    private final Reads reads;
    private final Transactions transactions;

    TxnEndpoint(Backend backend, Reads reads, Transactions transactions) {
        this.backend = backend;
        this.reads = reads;
        this.transactions = transactions;
    }

    CompletableFuture<Response> handle(Request request) {
        long length = request.announcedLength();
        if (length > ServerSettings.MAX_VALUE_BYTES) {
            throw HttpFailure.bodyTooLarge(length, "txn_max_req_len");
        }
        if (request.body().length() > ServerSettings.MAX_VALUE_BYTES) {
            throw HttpFailure.tooLarge("Request body too large, max size: " + ServerSettings.MAX_VALUE_BYTES
                    + " bytes. See https://www.consul.io/docs/agent/options.html#txn_max_req_len.");
        }
        List<KvOp> operations;
        try {
            operations = operations(GoJson.parse(request.body()));
        } catch (GoJson.Malformed malformed) {
            throw HttpFailure.badRequest("Failed to parse body: " + malformed.what());
        }
        return operations.stream().anyMatch(KvOp::writes) ? write(request, operations) : read(request, operations);
    }

    private CompletableFuture<Response> write(Request request, List<KvOp> operations) {
        Guard guard = Guard.of(request, backend);
        return transactions.write(operations, guard).thenApply(reply -> answer(request, reply, guard, json -> {}));
    }

    /** Reads alone need not go through the log, and tell how old they may be. */
    private CompletableFuture<Response> read(Request request, List<KvOp> operations) {
        QueryOptions options = QueryOptions.of(request);
        Guard guard = Guard.of(request, backend);
        List<Reply.OpError> errors = transactions.check(operations, guard);
        Function<ConsulMachine, Reply> read =
                machine -> errors.isEmpty() ? machine.read(operations) : new Reply.Errors(errors);
        CompletableFuture<Reply> reply = options.stale() ? backend.readLocal(read) : backend.read(read);
        return reply.thenApply(done -> {
            Response contact = reads.withContact(Response.empty(200), options.stale());
            String known = contact.headers().getOrDefault("X-Consul-Knownleader", "false");
            long millis = Long.parseLong(contact.headers().getOrDefault("X-Consul-Lastcontact", "0"));
            Response answer = answer(request, done, guard, json -> json.field("Index", 0)
                    .field("LastContact", millis * 1_000_000)
                    .field("KnownLeader", Boolean.parseBoolean(known))
                    .field("ConsistencyLevel", ""));
            return reads.withContact(answer, options.stale());
        });
    }

    private static Response answer(Request request, Reply reply, Guard guard, Json.Part more) {
        String json = Json.write(
                request.has("pretty"),
                document -> document.object(fields -> {
                    fields.name("Results");
                    if (reply instanceof Reply.Results results) {
                        fields.array(readable(results, guard), TxnEndpoint::result)
                                .name("Errors")
                                .nothing();
                    } else {
                        fields.nothing().name("Errors").array(((Reply.Errors) reply).errors(), TxnEndpoint::error);
                    }
                    more.write(fields);
                }));
        return Response.json(reply instanceof Reply.Results ? 200 : 409, json);
    }

    private static List<Reply.Result> readable(Reply.Results results, Guard guard) {
        return results.results().stream()
                .filter(result -> guard.rights().mayRead(result.entry().key()))
                .toList();
    }

    private static void result(Json json, Reply.Result result) throws IOException {
        json.object(fields -> {
            fields.name("KV");
            Views.entry(fields, result.entry(), result.withValue());
        });
    }

    private static void error(Json json, Reply.OpError error) throws IOException {
        json.object(fields -> fields.field("OpIndex", error.operation()).field("What", error.what()));
    }

    private static List<KvOp> operations(JsonElement body) throws GoJson.Malformed {
        if (body.isJsonNull()) {
            return List.of();
        }
        if (!body.isJsonArray()) {
            throw GoJson.mismatch(GoJson.kind(body), "value", "api.TxnOps");
        }
        JsonArray array = body.getAsJsonArray();
        if (array.size() > ServerSettings.MAX_OPERATIONS) {
            throw HttpFailure.tooLarge("Transaction contains too many operations (" + array.size() + " > "
                    + ServerSettings.MAX_OPERATIONS + ")");
        }
        List<KvOp> operations = new ArrayList<>();
        for (JsonElement each : array) {
            if (!each.isJsonNull()) {
                read(each, operations);
            }
        }
        return operations;
    }

    private static void read(JsonElement operation, List<KvOp> to) throws GoJson.Malformed {
        if (!operation.isJsonObject()) {
            throw GoJson.mismatch(GoJson.kind(operation), "value", "api.TxnOp");
        }
        for (Map.Entry<String, JsonElement> field : operation.getAsJsonObject().entrySet()) {
            switch (field.getKey().toLowerCase(Locale.ROOT)) {
                case "kv" -> {
                    if (!field.getValue().isJsonNull()) {
                        to.add(kv(field.getValue()));
                    }
                }
                case "node", "service", "check" ->
                    throw new GoJson.Malformed("this embedded Consul has Txn operations on keys only, not on "
                            + GoText.quote(field.getKey()));
                default -> throw unknown(field.getKey());
            }
        }
    }

    private static GoJson.Malformed unknown(String field) {
        return new GoJson.Malformed("json: unknown field " + GoText.quote(GoText.bytes(field)));
    }

    private static KvOp kv(JsonElement operation) throws GoJson.Malformed {
        if (!operation.isJsonObject()) {
            throw GoJson.mismatch(GoJson.kind(operation), "struct field TxnOp.KV", "api.KVTxnOp");
        }
        KvOp op = KvOp.of("", "");
        for (Map.Entry<String, JsonElement> field : operation.getAsJsonObject().entrySet()) {
            op = with(op, field.getKey(), field.getValue());
        }
        return op;
    }

    private static KvOp with(KvOp op, String name, JsonElement value) throws GoJson.Malformed {
        String field = name.toLowerCase(Locale.ROOT);
        if (value.isJsonNull()) {
            return op;
        }
        return switch (field) {
            case "verb" -> new KvOp(string(value, "Verb"), op.key(), op.value(), op.flags(), op.session(), op.index());
            case "key" -> new KvOp(op.verb(), string(value, "Key"), op.value(), op.flags(), op.session(), op.index());
            case "value" -> new KvOp(op.verb(), op.key(), value(value), op.flags(), op.session(), op.index());
            case "flags" ->
                new KvOp(op.verb(), op.key(), op.value(), unsigned(value, "Flags"), op.session(), op.index());
            case "session" ->
                new KvOp(op.verb(), op.key(), op.value(), op.flags(), string(value, "Session"), op.index());
            case "index" ->
                new KvOp(op.verb(), op.key(), op.value(), op.flags(), op.session(), unsigned(value, "Index"));
            case "namespace" -> op;
            default -> throw unknown(name);
        };
    }

    private static String string(JsonElement value, String field) throws GoJson.Malformed {
        return GoJson.string(value, "KVTxnOp.KV." + field);
    }

    private static long unsigned(JsonElement value, String field) throws GoJson.Malformed {
        return GoJson.unsigned(value, "KVTxnOp.KV." + field);
    }

    private static String value(JsonElement value) throws GoJson.Malformed {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw GoJson.mismatch(GoJson.kind(value), "struct field KVTxnOp.KV.Value", "[]uint8");
        }
        String encoded = value.getAsString();
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            throw new GoJson.Malformed("illegal base64 data at input byte " + firstIllegal(encoded));
        }
    }

    private static int firstIllegal(String encoded) {
        for (int i = 0; i < encoded.length(); i++) {
            char letter = encoded.charAt(i);
            if (!(letter < 0x80 && Character.isLetterOrDigit(letter)) && letter != '+' && letter != '/') {
                return i;
            }
        }
        return encoded.length() / 4 * 4;
    }
}
