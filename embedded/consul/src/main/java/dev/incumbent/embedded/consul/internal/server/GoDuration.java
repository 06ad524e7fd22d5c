package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.GoText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes and reads them, in nanoseconds. */
final class GoDuration {

    private static final Map<String, Long> UNITS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "μs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);
    private static final Pattern PART = Pattern.compile("(\\d*)(\\.(\\d*))?([^\\d.]*)");
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    /** What is wrong with a text that is no duration, in Go's words. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String what) {
            super(what, null, false, false);
        }

        String what() {
            return String.valueOf(getMessage());
        }
    }

    /** Reads one: numbers with units, one after the other, with a sign in front. */
    static long parse(String text) throws Malformed {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String rest = signed ? text.substring(1) : text;
        if (rest.equals("0")) {
            return 0;
        }
        if (rest.isEmpty()) {
            throw invalid(text);
        }
        BigDecimal sum = BigDecimal.ZERO;
        Matcher part = PART.matcher(rest);
        for (int at = 0; at < rest.length(); at = part.end()) {
            if (!part.find(at) || part.start() != at) {
                throw invalid(text);
            }
            sum = sum.add(value(part, text));
        }
        if (sum.compareTo(LONGEST) > 0) {
            throw invalid(text);
        }
        return text.startsWith("-") ? -sum.longValue() : sum.longValue();
    }

    private static BigDecimal value(Matcher part, String text) throws Malformed {
        String whole = part.group(1);
        String fraction = part.group(3) == null ? "" : part.group(3);
        if (whole.isEmpty() && fraction.isEmpty()) {
            throw invalid(text);
        }
        String unit = part.group(4);
        if (unit.isEmpty()) {
            throw new Malformed("time: missing unit in duration " + quote(text));
        }
        Long nanos = UNITS.get(unit);
        if (nanos == null) {
            throw new Malformed("time: unknown unit " + quote(unit) + " in duration " + quote(text));
        }
        return new BigDecimal("0" + whole + "." + fraction + "0")
                .multiply(BigDecimal.valueOf(nanos))
                .setScale(0, RoundingMode.DOWN);
    }

    private static Malformed invalid(String text) {
        return new Malformed("time: invalid duration " + quote(text));
    }

    private static String quote(String text) {
        return GoText.quote(GoText.bytes(text));
    }

    /** Writes one: {@code 10s}, {@code 1m30s}, {@code 24h0m0s}, {@code 1.5s}, {@code 20ms}. */
    static String format(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        if (nanos < 0) {
            return "-" + format(-nanos);
        }
        if (nanos < 1_000) {
            return nanos + "ns";
        }
        if (nanos < 1_000_000) {
            return decimal(nanos, 1_000) + "µs";
        }
        if (nanos < 1_000_000_000) {
            return decimal(nanos, 1_000_000) + "ms";
        }
        long minutes = nanos / 60_000_000_000L;
        String seconds = decimal(nanos % 60_000_000_000L, 1_000_000_000) + "s";
        if (minutes == 0) {
            return seconds;
        }
        return minutes < 60 ? minutes + "m" + seconds : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    private static String decimal(long nanos, long unit) {
        return BigDecimal.valueOf(nanos)
                .divide(BigDecimal.valueOf(unit))
                .stripTrailingZeros()
                .toPlainString();
    }
}
