package dev.incumbent.embedded.consul.internal.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.internal.LazilyParsedNumber;
import dev.incumbent.embedded.consul.internal.store.GoText;

/**
 * Reads one JSON value as strictly as Go does, and refuses it in Go's words, which clients get to read. Not Gson's own parser, whose
 * messages are others.
 */
final class JsonParser {

    private static final String AS_VALUE = "looking for beginning of value";
    private static final int MAX_DEPTH = 200;
    private static final int HEXADECIMAL = 16;

    private final String bytes;
    private int at;
    private int depth;

    /** For a string of bytes. */
    JsonParser(String bytes) {
        this.bytes = bytes;
    }

    /** The first value; what is behind it is not looked at. */
    JsonElement parse() throws GoJson.Malformed {
        skipSpace();
        if (at == bytes.length()) {
            throw new GoJson.Malformed("EOF");
        }
        return value();
    }

    private JsonElement value() throws GoJson.Malformed {
        skipSpace();
        char first = peek();
        return switch (first) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new JsonPrimitive(string());
            case 't' -> literal("true", new JsonPrimitive(true));
            case 'f' -> literal("false", new JsonPrimitive(false));
            case 'n' -> literal("null", JsonNull.INSTANCE);
            default -> {
                if (first == '-' || isDigit(first)) {
                    yield number();
                }
                throw unexpected(AS_VALUE);
            }
        };
    }

    private JsonObject object() throws GoJson.Malformed {
        enter();
        JsonObject object = new JsonObject();
        skipSpace();
        if (peek() != '}') {
            do {
                skipSpace();
                if (peek() != '"') {
                    throw unexpected("looking for beginning of object key string");
                }
                String name = string();
                skipSpace();
                expect(':', "after object key");
                object.add(name, value());
                skipSpace();
            } while (goesOn('}', "after object key:value pair"));
        }
        leave();
        return object;
    }

    private JsonArray array() throws GoJson.Malformed {
        enter();
        JsonArray array = new JsonArray();
        skipSpace();
        if (peek() != ']') {
            do {
                array.add(value());
                skipSpace();
            } while (goesOn(']', "after array element"));
        }
        leave();
        return array;
    }

    private void enter() throws GoJson.Malformed {
        at++;
        if (++depth > MAX_DEPTH) {
            throw new GoJson.Malformed("exceeded max depth");
        }
    }

    private void leave() {
        at++;
        depth--;
    }

    private boolean goesOn(char end, String context) throws GoJson.Malformed {
        if (peek() == end) {
            return false;
        }
        expect(',', context);
        return true;
    }

    private JsonElement literal(String word, JsonElement value) throws GoJson.Malformed {
        for (int i = 0; i < word.length(); i++, at++) {
            if (peek() != word.charAt(i)) {
                throw unexpected("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
        return value;
    }

    private JsonElement number() throws GoJson.Malformed {
        int begin = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits("in numeric literal");
        }
        if (at < bytes.length() && bytes.charAt(at) == '.') {
            at++;
            digits("after decimal point in numeric literal");
        }
        if (at < bytes.length() && (bytes.charAt(at) == 'e' || bytes.charAt(at) == 'E')) {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits("in exponent of numeric literal");
        }
        return new JsonPrimitive(new LazilyParsedNumber(bytes.substring(begin, at)));
    }

    private void digits(String context) throws GoJson.Malformed {
        if (!isDigit(peek())) {
            throw unexpected(context);
        }
        while (at < bytes.length() && isDigit(bytes.charAt(at))) {
            at++;
        }
    }

    private static boolean isDigit(char letter) {
        return letter >= '0' && letter <= '9';
    }

    /** A text: its bytes are decoded, with what is escaped in it. */
    private String string() throws GoJson.Malformed {
        at++;
        StringBuilder text = new StringBuilder();
        StringBuilder plain = new StringBuilder();
        for (char letter = peek(); letter != '"'; letter = peek()) {
            if (letter < ' ') {
                throw unexpected("in string literal");
            }
            at++;
            if (letter == '\\') {
                text.append(GoText.text(plain.toString())).append(escaped());
                plain.setLength(0);
            } else {
                plain.append(letter);
            }
        }
        at++;
        return text.append(GoText.text(plain.toString())).toString();
    }

    private char escaped() throws GoJson.Malformed {
        char letter = peek();
        char meant =
                switch (letter) {
                    case '"', '\\', '/' -> letter;
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'u' -> 'u';
                    default -> throw unexpected("in string escape code");
                };
        at++;
        return letter == 'u' ? hexadecimal() : meant;
    }

    private char hexadecimal() throws GoJson.Malformed {
        int code = 0;
        for (int i = 0; i < Character.BYTES * 2; i++, at++) {
            int digit = Character.digit(peek(), HEXADECIMAL);
            if (digit < 0) {
                throw unexpected("in \\u hexadecimal character escape");
            }
            code = code * HEXADECIMAL + digit;
        }
        return (char) code;
    }

    private void skipSpace() {
        while (at < bytes.length() && " \t\r\n".indexOf(bytes.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws GoJson.Malformed {
        if (at == bytes.length()) {
            throw new GoJson.Malformed("unexpected EOF");
        }
        return bytes.charAt(at);
    }

    private void expect(char wanted, String context) throws GoJson.Malformed {
        if (peek() != wanted) {
            throw unexpected(context);
        }
        at++;
    }

    private GoJson.Malformed unexpected(String context) {
        char letter = bytes.charAt(at);
        String quoted =
                switch (letter) {
                    case '\'' -> "'\\''";
                    case '"' -> "'\"'";
                    default -> {
                        String inDoubleQuotes = GoText.quote(GoText.bytes(String.valueOf(letter)));
                        yield "'" + inDoubleQuotes.substring(1, inDoubleQuotes.length() - 1) + "'";
                    }
                };
        return new GoJson.Malformed("invalid character " + quoted + " " + context);
    }
}
