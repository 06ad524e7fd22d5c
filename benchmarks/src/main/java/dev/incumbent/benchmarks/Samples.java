package dev.incumbent.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Durations of one operation, kept by round. Not thread-safe. */
final class Samples {

    private final List<List<Long>> rounds = new ArrayList<>();

    void add(int round, long nanos) {
        while (rounds.size() <= round) {
            rounds.add(new ArrayList<>());
        }
        rounds.get(round).add(nanos);
    }

    int size() {
        return rounds.stream().mapToInt(List::size).sum();
    }

    /** Nanoseconds. */
    double median() {
        return quantile(0.5);
    }

    /** Nanoseconds; between two samples the larger. */
    double quantile(double fraction) {
        return quantile(rounds.stream().flatMap(List::stream).toList(), fraction);
    }

    /** The median of each round, in nanoseconds. */
    List<Double> roundMedians() {
        return rounds.stream().map(round -> quantile(round, 0.5)).toList();
    }

    /**
     * How many times as long as another operation this one took, round by round: what slows a whole round down slows both.
     */
    Range ratioTo(Samples limit) {
        List<Double> mine = roundMedians();
        List<Double> theirs = limit.roundMedians();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < mine.size(); round++) {
            ratios.add(mine.get(round) / theirs.get(round));
        }
        return Range.of(ratios);
    }

    private static double quantile(List<Long> values, double fraction) {
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, (int) (fraction * sorted.size())));
    }

    /** Numbers by their least, median and greatest. */
    record Range(double least, double median, double greatest) {

        static Range of(List<Double> values) {
            List<Double> sorted = values.stream().sorted().toList();
            return new Range(sorted.get(0), sorted.get(sorted.size() / 2), sorted.get(sorted.size() - 1));
        }

        Range map(ToDoubleFunction<Double> change) {
            return new Range(change.applyAsDouble(least), change.applyAsDouble(median), change.applyAsDouble(greatest));
        }
    }
}
