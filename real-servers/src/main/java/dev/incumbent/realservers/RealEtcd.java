package dev.incumbent.realservers;

import static java.util.Comparator.comparing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The etcd releases that are on this machine.
 *
 * <p>Looked for once per JVM: in the directory that the system property or environment variable
 * {@code INCUMBENT_SERVERS} names (default {@code ~/.cache/incumbent/servers}) in subdirectories such as
 * {@code etcd-3.5.16}, and in {@code PATH}. {@code .ci/real-servers.sh} fills that directory on Debian.
 *
 * <p>Thread-safe.
 */
public final class RealEtcd {

    private static final Logger LOG = LoggerFactory.getLogger(RealEtcd.class);
    private static final Pattern VERSION = Pattern.compile("etcd Version: *(\\d+\\.\\d+\\.\\d+\\S*)");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private RealEtcd() {}

    private static final class OfThisMachine {
        static final ServerSearch SEARCH = ServerSearch.ofThisMachine();
        static final List<EtcdInstallation> FOUND = find(SEARCH);
    }

    /** What was found, one for each version, the oldest first; empty if there is none. */
    public static List<EtcdInstallation> installations() {
        return OfThisMachine.FOUND;
    }

    /** The newest release of a series such as {@code 3.5}. */
    public static Optional<EtcdInstallation> installation(String series) {
        return installations().stream().filter(found -> found.isOf(series)).reduce((older, newer) -> newer);
    }

    /** The newest release there is. */
    public static Optional<EtcdInstallation> newest() {
        return installations().stream().reduce((older, newer) -> newer);
    }

    /** What is there and where was looked: the reason of a test that is skipped for want of a server. */
    public static String why() {
        return "Real etcd found: " + (installations().isEmpty() ? "none" : installations()) + "; looked in "
                + OfThisMachine.SEARCH.directory() + "/etcd-* (" + ServerSearch.SETTING
                + ") and PATH; .ci/real-servers.sh fetches it on Debian";
    }

    static List<EtcdInstallation> find(ServerSearch search) {
        Map<String, EtcdInstallation> byVersion = new LinkedHashMap<>();
        for (Path place : search.directoriesWith("etcd", "etcd")) {
            inspect(place).ifPresent(found -> byVersion.putIfAbsent(found.version(), found));
        }
        List<EtcdInstallation> found = new ArrayList<>(byVersion.values());
        found.sort(comparing(installation -> Runtime.Version.parse(numeric(installation.version()))));
        return List.copyOf(found);
    }

    private static Optional<EtcdInstallation> inspect(Path place) {
        Optional<Path> etcdctl = ServerSearch.program(place, "etcdctl");
        if (etcdctl.isEmpty()) {
            LOG.warn("Left out the etcd in {}: no etcdctl beside it", place);
            return Optional.empty();
        }
        try {
            Path etcd = place.resolve("etcd");
            CommandResult result = RunningCommand.run(List.of(etcd.toString(), "--version"), Map.of(), "", PATIENCE);
            Matcher version = VERSION.matcher(result.out());
            if (result.exit() == 0 && version.find()) {
                return Optional.of(new EtcdInstallation(
                        version.group(1), etcd, etcdctl.get(), ServerSearch.program(place, "etcdutl")));
            }
            LOG.warn("Left out the etcd in {}: its --version says {}", place, result);
        } catch (RealServerException doesNotRun) {
            LOG.warn("Left out the etcd in {}: {}", place, doesNotRun.toString());
        }
        return Optional.empty();
    }

    /** The JDK's version parser knows three numbers but not every suffix that a build of etcd carries. */
    private static String numeric(String version) {
        return version.replaceAll("[^0-9.].*$", "").replaceAll("(\\.0)+$", "");
    }
}
