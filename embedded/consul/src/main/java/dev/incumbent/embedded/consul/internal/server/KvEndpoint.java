package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Entry;
import dev.incumbent.embedded.consul.internal.store.GoText;
import dev.incumbent.embedded.consul.internal.store.KvOp;
import dev.incumbent.embedded.consul.internal.store.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** {@code /v1/kv/}. */
final class KvEndpoint {

    static final String PATH = "/v1/kv/";

    private final Backend backend;
    private final Reads reads;
    private final Transactions transactions;

    KvEndpoint(Backend backend, Reads reads, Transactions transactions) {
        this.backend = backend;
        this.reads = reads;
        this.transactions = transactions;
    }

    CompletableFuture<Response> handle(Request request) {
        QueryOptions options = QueryOptions.of(request);
        return switch (request.method()) {
            case "PUT" -> put(request);
            case "DELETE" -> delete(request);
            default -> get(request, options);
        };
    }

    private CompletableFuture<Response> get(Request request, QueryOptions options) {
        String key = request.after(PATH);
        if (request.has("keys")) {
            return reads.ask(request, options, keys(request, key, Guard.of(request, backend)));
        }
        if (request.has("recurse")) {
            return reads.ask(request, options, tree(request, key, Guard.of(request, backend)));
        }
        requireKey(key);
        Guard guard = Guard.of(request, backend);
        guard.require(guard.rights().mayRead(key));
        return reads.ask(request, options, entry(request, key));
    }

    private static void requireKey(String key) {
        if (key.isEmpty()) {
            throw HttpFailure.badRequest("Missing key name");
        }
    }

    private static Query entry(Request request, String key) {
        return new Query(
                machine -> machine.entry(key).isPresent() ? new Scope.Key(key) : neighbourhood(machine, key),
                machine -> machine.entry(key).map(Entry::modifyIndex).orElseGet(machine::keysIndex),
                machine -> {
                    Optional<Entry> entry = machine.entry(key);
                    return () -> entry.map(found ->
                                    request.has("raw") ? Response.raw(found.value()) : entries(request, List.of(found)))
                            .orElseGet(() -> Response.empty(404));
                });
    }

    /**
     * What is not there is not watched by itself in Consul, but by the place where it would be in a radix tree: so it is woken by
     * those next to it, too.
     */
    private static Scope neighbourhood(ConsulMachine machine, String keyOrPrefix) {
        return new Scope.Tree(machine.nearest(keyOrPrefix));
    }

    private static Scope below(ConsulMachine machine, String prefix) {
        return machine.tree(prefix).isEmpty() ? neighbourhood(machine, prefix) : new Scope.Tree(prefix);
    }

    private static Query tree(Request request, String prefix, Guard guard) {
        return new Query(machine -> below(machine, prefix), machine -> machine.treeIndex(prefix), machine -> {
            List<Entry> all = machine.copyOfTree(prefix);
            return () -> {
                List<Entry> found = readable(all, guard);
                return found.isEmpty() ? Response.empty(404) : entries(request, found);
            };
        });
    }

    private static List<Entry> readable(List<Entry> all, Guard guard) {
        return guard.enabled()
                ? all.stream()
                        .filter(entry -> guard.rights().mayRead(entry.key()))
                        .toList()
                : all;
    }

    private static Response entries(Request request, List<Entry> entries) {
        return Response.json(
                200,
                Json.write(
                        request.has("pretty"),
                        json -> json.array(entries, (to, entry) -> Views.entry(to, entry, true))));
    }

    private static Query keys(Request request, String prefix, Guard guard) {
        // An old misspelling that Consul still understands.
        String separator = request.has("separator") ? request.param("separator") : request.param("seperator");
        return new Query(machine -> below(machine, prefix), machine -> machine.treeIndex(prefix), machine -> {
            List<Entry> all = machine.copyOfTree(prefix);
            return () -> {
                Set<String> names = new LinkedHashSet<>();
                readable(all, guard).forEach(entry -> names.add(upTo(separator, entry.key(), prefix)));
                return keyList(request, names, prefix);
            };
        });
    }

    private static String upTo(String separator, String key, String prefix) {
        int at = separator.isEmpty() ? -1 : key.indexOf(separator, prefix.length());
        return at < 0 ? key : key.substring(0, at + separator.length());
    }

    private static Response keyList(Request request, Set<String> names, String prefix) {
        return names.isEmpty() && !prefix.isEmpty()
                ? Response.empty(404)
                : Response.json(200, Json.write(request.has("pretty"), json -> json.array(names, Json::bytes)));
    }

    private CompletableFuture<Response> put(Request request) {
        String key = request.after(PATH);
        requireKey(key);
        refuseConflicts(request, "cas", "acquire", "release");
        long flags = request.has("flags") ? unsigned(request.param("flags")) : 0;
        long cas = request.has("cas") ? unsigned(request.param("cas")) : 0;
        if (request.announcedLength() > ServerSettings.MAX_VALUE_BYTES) {
            throw HttpFailure.bodyTooLarge(request.announcedLength(), "kv_max_value_size");
        }
        String verb = "set";
        String session = "";
        if (request.has("cas")) {
            verb = "cas";
        } else if (request.has("acquire")) {
            verb = "lock";
            session = request.param("acquire");
        } else if (request.has("release")) {
            verb = "unlock";
            session = request.param("release");
        }
        return write(request, new KvOp(verb, key, request.body(), flags, session, cas));
    }

    private CompletableFuture<Response> delete(Request request) {
        String key = request.after(PATH);
        refuseConflicts(request, "recurse", "cas");
        if (request.has("recurse")) {
            return write(request, KvOp.of("delete-tree", key));
        }
        requireKey(key);
        return write(
                request,
                request.has("cas")
                        ? new KvOp("delete-cas", key, "", 0, "", unsigned(request.param("cas")))
                        : KvOp.of("delete", key));
    }

    /** One operation answers whether it was done; what a Txn would call an error is an error here only if it is one at all. */
    private CompletableFuture<Response> write(Request request, KvOp op) {
        Guard guard = Guard.of(request, backend);
        return transactions.write(List.of(op), guard).thenApply(reply -> {
            if (!(reply instanceof Reply.Errors errors)) {
                return answer(request, true);
            }
            Reply.OpError error = errors.errors().get(0);
            if (error.condition()) {
                return answer(request, false);
            }
            guard.require(!error.what().equals(Guard.DENIED));
            throw HttpFailure.internal(backend.refusal(error.what()));
        });
    }

    static Response answer(Request request, boolean done) {
        return Response.json(200, done + (request.has("pretty") ? "\n" : ""));
    }

    private static long unsigned(String text) {
        try {
            return QueryOptions.parseUnsigned(text);
        } catch (NumberFormatException malformed) {
            boolean digits = !text.isEmpty() && text.chars().allMatch(letter -> letter >= '0' && letter <= '9');
            throw HttpFailure.internal("strconv.ParseUint: parsing " + GoText.quote(text) + ": "
                    + (digits ? "value out of range" : "invalid syntax"));
        }
    }

    private static void refuseConflicts(Request request, String... params) {
        if (Stream.of(params).filter(request::has).count() > 1) {
            throw HttpFailure.badRequest("Conflicting flags: " + encoded(request));
        }
    }

    /** All parameters, as Go writes them. */
    private static String encoded(Request request) {
        StringBuilder encoded = new StringBuilder();
        new TreeMap<>(request.params())
                .forEach((name, values) -> values.forEach(value ->
                        encoded.append('&').append(escape(name)).append('=').append(escape(value))));
        return encoded.substring(1);
    }

    private static String escape(String bytes) {
        return URLEncoder.encode(bytes, StandardCharsets.ISO_8859_1)
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
