package dev.incumbent.embedded.consul.internal.server;

import com.google.gson.JsonElement;
import dev.incumbent.embedded.consul.internal.store.GoText;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON as Go's decoder takes it, and refuses it: names of fields in any case, {@code null} as if it were not there, and what comes
 * behind the first value is not looked at.
 */
final class GoJson {

    private GoJson() {}

    /** What is wrong with a document, in Go's words. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String what) {
            super(what, null, false, false);
        }

        String what() {
            return String.valueOf(getMessage());
        }
    }

    /** Reads the first value of a string of bytes. */
    static JsonElement parse(String bytes) throws Malformed {
        return new JsonParser(bytes).parse();
    }

    /** What Go calls a value that it did not expect. */
    static String kind(JsonElement value) {
        if (value.isJsonArray()) {
            return "array";
        }
        if (value.isJsonObject()) {
            return "object";
        }
        if (value.isJsonNull()) {
            return "null";
        }
        if (value.getAsJsonPrimitive().isBoolean()) {
            return "bool";
        }
        return value.getAsJsonPrimitive().isNumber() ? "number" : "string";
    }

    static Malformed mismatch(String what, String where, String type) {
        return new Malformed("json: cannot unmarshal " + what + " into Go " + where + " of type " + type);
    }

    /** A text as a string of bytes. */
    static String string(JsonElement value, String field) throws Malformed {
        return string(value, field, "string");
    }

    /** A text of which Go has a type of its own. */
    static String string(JsonElement value, String field, String type) throws Malformed {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw mismatch(kind(value), "struct field " + field, type);
        }
        return GoText.bytes(value.getAsString());
    }

    static List<String> strings(JsonElement value, String field) throws Malformed {
        if (!value.isJsonArray()) {
            throw mismatch(kind(value), "struct field " + field, "[]string");
        }
        List<String> strings = new ArrayList<>();
        for (JsonElement each : value.getAsJsonArray()) {
            strings.add(each.isJsonNull() ? "" : string(each, field));
        }
        return strings;
    }

    /** 64 bits without a sign. */
    static long unsigned(JsonElement value, String field) throws Malformed {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
            throw mismatch(kind(value), "struct field " + field, "uint64");
        }
        try {
            return QueryOptions.parseUnsigned(value.getAsString());
        } catch (NumberFormatException notOne) {
            throw mismatch("number " + value.getAsString(), "struct field " + field, "uint64");
        }
    }
}
