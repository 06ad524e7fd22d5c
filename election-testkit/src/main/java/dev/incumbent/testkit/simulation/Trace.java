package dev.incumbent.testkit.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** The last events of a run, for people. Off unless asked for, since thousands of runs need none. */
final class Trace {

    private final int keep;
    private final Deque<String> lines = new ArrayDeque<>();

    Trace(int keep) {
        this.keep = keep;
    }

    boolean isOn() {
        return keep > 0;
    }

    void add(long now, String who, String what) {
        if (keep > 0) {
            if (lines.size() == keep) {
                lines.removeFirst();
            }
            lines.add(String.format(Locale.ROOT, "%12.6f  %-8s %s", now / 1e9, who, what));
        }
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
