package dev.incumbent.election.consul;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Operations that Consul carries out all or none, in their order.
 *
 * @param ops the operations
 */
record Txn(List<Op> ops) {

    /** How many operations Consul takes. */
    static final int MOST_OPS = 64;

    private static final Gson GSON = new Gson();

    /**
     * One operation.
     *
     * @param json as Consul takes it
     * @param key what it is about
     * @param reads whether it changes nothing and compares nothing
     */
    record Op(JsonObject json, String key, boolean reads) {}

    static Txn of(Op... ops) {
        return new Txn(List.of(ops));
    }

    static Txn all(List<Txn> members) {
        List<Op> all = new ArrayList<>();
        members.forEach(member -> all.addAll(member.ops));
        return new Txn(all);
    }

    Txn then(Op... more) {
        List<Op> all = new ArrayList<>(ops);
        all.addAll(List.of(more));
        return new Txn(all);
    }

    boolean onlyReads() {
        return ops.stream().allMatch(Op::reads);
    }

    String json() {
        JsonArray array = new JsonArray();
        ops.forEach(op -> {
            JsonObject item = new JsonObject();
            item.add("KV", op.json());
            array.add(item);
        });
        return GSON.toJson(array);
    }

    // ---- operations

    private static JsonObject verb(String verb, String key) {
        JsonObject op = new JsonObject();
        op.addProperty("Verb", verb);
        op.addProperty("Key", key);
        return op;
    }

    private static Op change(JsonObject json) {
        return new Op(json, json.get("Key").getAsString(), false);
    }

    private static JsonObject withValue(JsonObject op, byte[] value) {
        op.addProperty("Value", Base64.getEncoder().encodeToString(value));
        return op;
    }

    private static JsonObject withIndex(JsonObject op, long index) {
        op.addProperty("Index", index);
        return op;
    }

    private static JsonObject withSession(JsonObject op, String session) {
        op.addProperty("Session", session);
        return op;
    }

    /** Reads a key that is there; fails where it is not. */
    static Op get(String key) {
        return new Op(verb("get", key), key, true);
    }

    /** Reads all keys that begin so. One that is named in full is read by that, too, and may be missing. */
    static Op getTree(String prefix) {
        return new Op(verb("get-tree", prefix), prefix, true);
    }

    static Op checkIndex(String key, long modifyIndex) {
        return change(withIndex(verb("check-index", key), modifyIndex));
    }

    static Op checkSession(String key, String session) {
        return change(withSession(verb("check-session", key), session));
    }

    static Op checkNotExists(String key) {
        return change(verb("check-not-exists", key));
    }

    static Op set(String key, byte[] value) {
        return change(withValue(verb("set", key), value));
    }

    static Op lock(String key, byte[] value, String session, long flags) {
        JsonObject op = withSession(withValue(verb("lock", key), value), session);
        op.addProperty("Flags", flags);
        return change(op);
    }

    static Op unlock(String key, byte[] value, String session, long flags) {
        JsonObject op = withSession(withValue(verb("unlock", key), value), session);
        op.addProperty("Flags", flags);
        return change(op);
    }

    static Op delete(String key) {
        return change(verb("delete", key));
    }

    static Op deleteCas(String key, long modifyIndex) {
        return change(withIndex(verb("delete-cas", key), modifyIndex));
    }

    static Op deleteTree(String prefix) {
        return change(verb("delete-tree", prefix));
    }
}
