package dev.incumbent.embedded.consul.internal.server;

import com.google.gson.FormattingStyle;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonWriter;
import dev.incumbent.embedded.consul.internal.store.GoText;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** JSON, byte by byte as Go's encoder writes it. */
final class Json {

    private final JsonWriter writer;

    private Json(JsonWriter writer) {
        this.writer = writer;
    }

    /** Writes a part. */
    interface Part {
        void write(Json json) throws IOException;
    }

    /**
     * Writes a document.
     *
     * @param pretty whether for people: indented, and with an end of line
     */
    static String write(boolean pretty, Part part) {
        StringWriter text = new StringWriter();
        JsonWriter writer = new JsonWriter(text);
        writer.setStrictness(Strictness.LENIENT);
        writer.setFormattingStyle(pretty ? FormattingStyle.PRETTY.withIndent("    ") : FormattingStyle.COMPACT);
        try {
            part.write(new Json(writer));
        } catch (IOException e) {
            throw new UncheckedIOException("Memory does not fail", e);
        }
        // These three appear nowhere but in strings, where Go does not let them stand; Gson would have more of them
        // escaped.
        String json =
                text.toString().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
        return pretty ? json + "\n" : json;
    }

    /** An array. */
    <T> Json array(Iterable<T> elements, Element<T> element) throws IOException {
        writer.beginArray();
        for (T each : elements) {
            element.write(this, each);
        }
        writer.endArray();
        return this;
    }

    /** Writes an element. */
    interface Element<T> {
        void write(Json json, T element) throws IOException;
    }

    /** An object. */
    Json object(Part fields) throws IOException {
        writer.beginObject();
        fields.write(this);
        writer.endObject();
        return this;
    }

    /** The name of a field, whose value comes next. */
    Json name(String name) throws IOException {
        writer.name(name);
        return this;
    }

    Json field(String name, String text) throws IOException {
        return name(name).text(text);
    }

    /** A field of 64 bits without a sign. */
    Json field(String name, long unsigned) throws IOException {
        return name(name).number(unsigned);
    }

    Json field(String name, boolean value) throws IOException {
        writer.name(name).value(value);
        return this;
    }

    Json text(String text) throws IOException {
        writer.value(text);
        return this;
    }

    /** A string of bytes. */
    Json bytes(String bytes) throws IOException {
        return text(GoText.text(bytes));
    }

    Json number(long unsigned) throws IOException {
        writer.jsonValue(Long.toUnsignedString(unsigned));
        return this;
    }

    Json signed(long number) throws IOException {
        writer.value(number);
        return this;
    }

    Json nothing() throws IOException {
        writer.nullValue();
        return this;
    }
}
