package dev.incumbent.cli.demo;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Something that a candidate said, or that became of its process.
 *
 * @param candidate who
 * @param kind what
 * @param fields the details, as {@link Kind} lists them
 * @param nanos when the parent heard of it, on its monotonic clock; a pipe's delay (well under a millisecond, as a
 *     rule) after it was said
 */
record Event(String candidate, Kind kind, List<String> fields, long nanos) {

    private static final String MARK = "@demo";
    private static final Pattern TAB = Pattern.compile("\t");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    /** What can be said, with its fields. */
    enum Kind {
        /** Stands in the election. */
        STANDING,
        /** In office; epoch. */
        ELECTED,
        /** One deposit acknowledged in both accounts; epoch, fenced balance, unfenced balance. */
        DEPOSITED,
        /** Has checked that it leads and is about to write; epoch, fenced balance to write, unfenced balance to write. */
        HELD,
        /** The fence refused a write; own epoch, the epoch that sealed the account, the store's words. */
        REFUSED,
        /** Wrote to the unfenced twin after the fence had refused the same step; epoch, balance written. */
        OVERWROTE,
        /** In office, but writing nothing. */
        RESTING,
        /** Out of office; epoch, cause. */
        REVOKED,
        /** The process ended; exit code. */
        EXITED
    }

    /** Copies the fields. */
    Event {
        fields = List.copyOf(fields);
    }

    /** Writes an event as a line that {@link #parse} reads. */
    static String line(Kind kind, Object... fields) {
        StringBuilder line = new StringBuilder(MARK).append('\t').append(kind.name());
        for (Object field : fields) {
            line.append('\t').append(CONTROL.matcher(String.valueOf(field)).replaceAll(" "));
        }
        return line.toString();
    }

    /** Reads a line; empty if it is something else, such as a library's own output. */
    static Optional<Event> parse(String candidate, String line, long nanos) {
        List<String> parts = List.of(TAB.split(line, -1));
        if (parts.size() < 2 || !parts.get(0).equals(MARK)) {
            return Optional.empty();
        }
        return Optional.of(new Event(candidate, Kind.valueOf(parts.get(1)), parts.subList(2, parts.size()), nanos));
    }

    boolean is(Kind other) {
        return kind == other;
    }

    boolean by(String other) {
        return candidate.equals(other);
    }

    String text(int field) {
        return fields.get(field);
    }

    long number(int field) {
        return Long.parseLong(fields.get(field));
    }
}
