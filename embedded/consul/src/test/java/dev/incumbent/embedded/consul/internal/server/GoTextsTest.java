package dev.incumbent.embedded.consul.internal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import dev.incumbent.embedded.consul.internal.store.GoText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Durations, JSON and texts as Go has them. */
class GoTextsTest {

    @ParameterizedTest
    @CsvSource({
        "0,0", "15s,15000000000", "15.0s,15000000000", "1.5h,5400000000000", "1h1m1.5s,3661500000000", ".5s,500000000",
        "5.s,5000000000", "500ns,500", "2µs,2000", "2us,2000", "-3ms,-3000000", "+3ms,3000000"
    })
    void shouldReadDurations(String text, long nanos) throws GoDuration.Malformed {
        assertThat(GoDuration.parse(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|time: invalid duration \"\"",
                "s|time: invalid duration \"s\"",
                "10|time: missing unit in duration \"10\"",
                "1d|time: unknown unit \"d\" in duration \"1d\"",
                "1s2|time: missing unit in duration \"1s2\"",
                "-|time: invalid duration \"-\"",
                "1..5s|time: missing unit in duration \"1..5s\"",
                "9999999999999h|time: invalid duration \"9999999999999h\""
            })
    void shouldSayWhatIsWrongWithADuration(String text, String what) {
        assertThatThrownBy(() -> GoDuration.parse(text)).hasMessage(what);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0s",
        "999,999ns",
        "1500,1.5µs",
        "20000000,20ms",
        "1000000000,1s",
        "1500000000,1.5s",
        "90000000000,1m30s",
        "86400000000000,24h0m0s"
    })
    void shouldWriteDurations(long nanos, String text) {
        assertThat(GoDuration.format(nanos)).isEqualTo(text);
        assertThat(GoDuration.format(-nanos)).isEqualTo(nanos == 0 ? text : "-" + text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|EOF",
                "` \n`|EOF",
                "{|unexpected EOF",
                "{\"a\":1|unexpected EOF",
                "\"a|unexpected EOF",
                "-|unexpected EOF",
                "x|invalid character 'x' looking for beginning of value",
                "{\"a\",}|invalid character ',' after object key",
                "{\"a\":1,}|invalid character '}' looking for beginning of object key string",
                "{\"a\":1 2}|invalid character '2' after object key:value pair",
                "[1 2]|invalid character '2' after array element",
                "[1,]|invalid character ']' looking for beginning of value",
                "trux|invalid character 'x' in literal true (expecting 'e')",
                "nulx|invalid character 'x' in literal null (expecting 'l')",
                "-x|invalid character 'x' in numeric literal",
                "1.x|invalid character 'x' after decimal point in numeric literal",
                "1ex|invalid character 'x' in exponent of numeric literal",
                "\"\\x\"|invalid character 'x' in string escape code",
                "\"\\u12x\"|invalid character 'x' in \\u hexadecimal character escape",
                "'a'|invalid character '\\'' looking for beginning of value",
            })
    void shouldSayWhatIsWrongWithJson(String text, String what) {
        assertThatThrownBy(() -> GoJson.parse(text)).hasMessage(what);
    }

    @Test
    void shouldReadJson() throws GoJson.Malformed {
        String text = "{\"a\":[1,-2.5e3,true,null,\"\\u00e4\\n\\\"" + "\u00fc" + "\"],\"b\":{}} rest";
        JsonElement element = GoJson.parse(GoText.bytes(text));
        assertThat(element).hasToString("{\"a\":[1,-2.5e3,true,null,\"ä\\n\\\"ü\"],\"b\":{}}");
        assertThatThrownBy(() -> GoJson.parse("[".repeat(10_000))).isInstanceOf(GoJson.Malformed.class);
    }

    @Test
    void shouldWriteJsonAsGoDoes() {
        Json.Part part = json -> json.object(fields -> fields.field("a<&>", "b'=\u2028\"")
                .field("n", -1L)
                .name("empty")
                .array(java.util.List.<String>of(), Json::text));
        assertThat(Json.write(false, part))
                .isEqualTo("{\"a\\u003c\\u0026\\u003e\":\"b'=\\u2028\\\"\",\"n\":18446744073709551615,\"empty\":[]}");
        assertThat(Json.write(true, json -> json.array(java.util.List.of("x"), Json::text)))
                .isEqualTo("[\n    \"x\"\n]\n");
    }

    @Test
    void shouldQuote() {
        assertThat(GoText.quote(GoText.bytes("a\"\\\n\u0001\u007fä"))).isEqualTo("\"a\\\"\\\\\\n\\x01\\x7fä\"");
        assertThat(GoText.text(GoText.bytes("äöü€"))).isEqualTo("äöü€");
    }
}
