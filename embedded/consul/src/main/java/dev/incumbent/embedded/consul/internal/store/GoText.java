package dev.incumbent.embedded.consul.internal.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** Between strings of bytes and text, and text as Go prints it: error messages have it in them. */
public final class GoText {

    private static final int PRINTABLE = 0x20;
    private static final int DELETE = 0x7f;

    private GoText() {}

    /** The bytes of a text in UTF-8, as a string of bytes. */
    public static String bytes(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    /** A string of bytes as text; what is no UTF-8 becomes U+FFFD. */
    public static String text(String bytes) {
        return new String(bytes.getBytes(ISO_8859_1), UTF_8);
    }

    /** A string of bytes as Go's {@code %q} prints it. */
    public static String quote(String bytes) {
        StringBuilder quoted = new StringBuilder().append('"');
        text(bytes).codePoints().forEach(point -> escape(point, quoted));
        return quoted.append('"').toString();
    }

    private static void escape(int point, StringBuilder to) {
        switch (point) {
            case '"' -> to.append("\\\"");
            case '\\' -> to.append("\\\\");
            case 0x07 -> to.append("\\a");
            case '\b' -> to.append("\\b");
            case '\f' -> to.append("\\f");
            case '\n' -> to.append("\\n");
            case '\r' -> to.append("\\r");
            case '\t' -> to.append("\\t");
            case 0x0b -> to.append("\\v");
            default -> {
                if (point < PRINTABLE || point == DELETE) {
                    to.append(String.format("\\x%02x", point));
                } else if (Character.isISOControl(point)) {
                    to.append(String.format("\\u%04x", point));
                } else {
                    to.appendCodePoint(point);
                }
            }
        }
    }

    /** A byte as Go's {@code %#U} prints it. */
    static String codePoint(char letter) {
        String number = String.format("U+%04X", (int) letter);
        return Character.isISOControl(letter) ? number : number + " '" + letter + "'";
    }
}
