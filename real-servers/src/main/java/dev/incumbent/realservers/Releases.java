package dev.incumbent.realservers;

import static java.util.Comparator.comparing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sorts out which releases of one server are there. */
final class Releases {

    private static final Logger LOG = LoggerFactory.getLogger(Releases.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Releases() {}

    /** One installation for each version, from the first place that has it; the oldest first. */
    static <T> List<T> find(List<Path> places, Function<Path, Optional<T>> inspect, Function<T, String> version) {
        Map<String, T> byVersion = new LinkedHashMap<>();
        for (Path place : places) {
            inspect.apply(place).ifPresent(found -> byVersion.putIfAbsent(version.apply(found), found));
        }
        List<T> found = new ArrayList<>(byVersion.values());
        found.sort(comparing(installation -> Runtime.Version.parse(numeric(version.apply(installation)))));
        return List.copyOf(found);
    }

    /** The version that a program prints, in the pattern's first group; empty, and logged, if it does not run. */
    static Optional<String> version(Path program, String argument, Pattern pattern) {
        try {
            CommandResult result = RunningCommand.run(List.of(program.toString(), argument), Map.of(), "", PATIENCE);
            Matcher version = pattern.matcher(result.out());
            if (result.exit() == 0 && version.find()) {
                return Optional.of(version.group(1));
            }
            LOG.warn("Left out {}: its {} says {}", program, argument, result);
        } catch (RealServerException doesNotRun) {
            LOG.warn("Left out {}: {}", program, doesNotRun.toString());
        }
        return Optional.empty();
    }

    /** The JDK's version parser knows three numbers but not every suffix that a build carries. */
    private static String numeric(String version) {
        return version.replaceAll("[^0-9.].*$", "").replaceAll("(\\.0)+$", "");
    }
}
