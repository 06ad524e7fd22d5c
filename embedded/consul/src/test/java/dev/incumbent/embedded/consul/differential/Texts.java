package dev.incumbent.embedded.consul.differential;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bodies as one printable line, and back. A body is a string of bytes, each a character below 256. */
final class Texts {

    private static final Pattern ESCAPED = Pattern.compile("\\\\(n|\\\\|x[0-9a-f]{2})");
    private static final Pattern ONE_LETTER = Pattern.compile("(.)\\1{99,}");

    private Texts() {}

    static String escaped(String body) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            if (c == '\n') {
                line.append("\\n");
            } else if (c == '\\') {
                line.append("\\\\");
            } else if (c < ' ' || c > '~') {
                line.append("\\x%02x".formatted((int) c));
            } else {
                line.append(c);
            }
        }
        return line.toString();
    }

    static String unescaped(String line) {
        return ESCAPED.matcher(line).replaceAll(found -> {
            String code = found.group(1);
            String plain =
                    switch (code) {
                        case "n" -> "\n";
                        case "\\" -> "\\";
                        default -> String.valueOf((char) Integer.parseInt(code.substring(1), 16));
                    };
            return Matcher.quoteReplacement(plain);
        });
    }

    /** A request's body in a transcript; one letter many times over is counted. */
    static String bodyLine(String body) {
        return ONE_LETTER.matcher(body).matches()
                ? "body " + body.length() + " x " + body.charAt(0)
                : "> " + escaped(body);
    }
}
