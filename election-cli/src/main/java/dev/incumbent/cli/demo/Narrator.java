package dev.incumbent.cli.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** Tells people what happens, with the time since the start in front. Thread-safe. */
public final class Narrator {

    private static final int WIDTH = 76;
    private static final String INDENT = " ".repeat(11);

    private final PrintStream out;
    private final Ansi ansi;
    private final long start = System.nanoTime();
    private boolean silent;

    /**
     * Starts the time.
     *
     * @param out where to
     * @param colours whether the reader is a terminal that shows colours
     */
    public Narrator(PrintStream out, boolean colours) {
        this.out = out;
        this.ansi = colours ? Ansi.ON : Ansi.OFF;
    }

    /** A headline. */
    void title(String text) {
        print("", style("bold", text));
    }

    /** What was just seen, with its time. */
    void at(String text) {
        block(text, null);
    }

    /** What stands out of what was just seen. */
    void highlight(String style, String text) {
        block(text, style);
    }

    /** A remark without a time. */
    void note(String text) {
        Words.wrap(text, WIDTH).forEach(line -> print(INDENT + style("faint", line)));
    }

    /** A line as it is, under the text of the others. */
    void row(String text) {
        print(text.isEmpty() ? "" : INDENT + text);
    }

    /** An item of the summary. */
    void item(boolean seen, String text) {
        String mark = seen ? style("green", "seen     ") : style("bold,red", "NOT SEEN ");
        List<String> lines = Words.wrap(text, WIDTH);
        print("  " + mark + lines.get(0));
        lines.stream().skip(1).forEach(line -> print(INDENT + line));
    }

    /** The last word; nothing is said after it. */
    synchronized void last(String text) {
        print("", text);
        silent = true;
    }

    private void block(String text, @Nullable String style) {
        String time = String.format(Locale.ROOT, "%7.2f s", (System.nanoTime() - start) / 1e9);
        List<String> lines = Words.wrap(text, WIDTH);
        for (int i = 0; i < lines.size(); i++) {
            String line = style == null ? lines.get(i) : style(style, lines.get(i));
            print((i == 0 ? style("faint", time) + "  " : INDENT) + line);
        }
    }

    private synchronized void print(String... lines) {
        if (!silent) {
            for (String line : lines) {
                out.println(line);
            }
            out.flush();
        }
    }

    private String style(String style, String text) {
        // The markup's own characters may be in the text, so the text stays out of it.
        return ansi.enabled() ? Ansi.Style.on(Ansi.Style.parse(style)) + text + Ansi.Style.reset.on() : text;
    }
}
