package dev.incumbent.election.spi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Names as segments of a coordinator's paths.
 *
 * <p>A name becomes one segment, so that nothing that is kept below one name lies below another: everything but ASCII letters,
 * digits, {@code - _} and inner dots is written as {@code %XX} of its UTF-8 bytes (RFC 3986, section 2.1). Two names never
 * share a segment, and no segment is a path of its own ({@code .}, {@code ..}).
 */
public final class Segments {

    private static final String DIGITS = "0123456789ABCDEF";

    private Segments() {}

    /**
     * Writes a name as a segment.
     *
     * @param name any text
     * @return the segment, in ASCII without a slash
     */
    public static String encode(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean innerDot = b == '.' && encoded.length() > 0;
            if (isLetterOrDigit(b) || b == '-' || b == '_' || innerDot) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(DIGITS.charAt((b & 0xff) >> 4)).append(DIGITS.charAt(b & 0xf));
            }
        }
        return encoded.toString();
    }

    private static boolean isLetterOrDigit(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
    }

    /**
     * Reads a segment back.
     *
     * @param segment what {@link #encode} wrote; of anything else, what makes no sense stays as it is
     * @return the name
     */
    public static String decode(String segment) {
        byte[] written = segment.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream name = new ByteArrayOutputStream(written.length);
        for (int i = 0; i < written.length; i++) {
            int value = written[i] == '%' ? escaped(written, i) : -1;
            if (value < 0) {
                name.write(written[i]);
            } else {
                name.write(value);
                i += 2;
            }
        }
        return name.toString(StandardCharsets.UTF_8);
    }

    /** The byte that an escape stands for, -1 if it is none. */
    private static int escaped(byte[] written, int at) {
        if (at + 2 >= written.length) {
            return -1;
        }
        int high = Character.digit(written[at + 1], 16);
        int low = Character.digit(written[at + 2], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
