package dev.incumbent.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How times and long sentences are put. */
final class Words {

    private Words() {}

    /** Milliseconds up to one second, else seconds with two decimals. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
    }

    static String between(Event earlier, Event later) {
        return nanos(later.nanos() - earlier.nanos());
    }

    static String nanos(long nanos) {
        return duration(Duration.ofNanos(nanos));
    }

    /** Breaks a text at spaces so that no line is longer than the width, unless one word is. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            if (!line.isEmpty()) {
                line.append(' ');
            }
            line.append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
