package dev.incumbent.realservers;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The Consul releases that are on this machine.
 *
 * <p>Looked for once per JVM: in the directory that the system property or environment variable
 * {@code INCUMBENT_SERVERS} names (default {@code ~/.cache/incumbent/servers}) in subdirectories such as
 * {@code consul-1.8.7}, and in {@code PATH}. {@code .ci/real-servers.sh} fills that directory on Debian.
 *
 * <p>Thread-safe.
 */
public final class RealConsul {

    private static final Pattern VERSION = Pattern.compile("Consul v(\\d+\\.\\d+\\.\\d+\\S*)");

    private RealConsul() {}

    private static final class OfThisMachine {
        static final ServerSearch SEARCH = ServerSearch.ofThisMachine();
        static final List<ConsulInstallation> FOUND = find(SEARCH);
    }

    /** What was found, one for each version, the oldest first; empty if there is none. */
    public static List<ConsulInstallation> installations() {
        return OfThisMachine.FOUND;
    }

    /** The newest release of a series such as {@code 1.8}. */
    public static Optional<ConsulInstallation> installation(String series) {
        return installations().stream().filter(found -> found.isOf(series)).reduce((older, newer) -> newer);
    }

    /** The newest release there is. */
    public static Optional<ConsulInstallation> newest() {
        return installations().stream().reduce((older, newer) -> newer);
    }

    /** What is there and where was looked: the reason of a test that is skipped for want of a server. */
    public static String why() {
        return OfThisMachine.SEARCH.why("Consul", "consul", installations());
    }

    static List<ConsulInstallation> find(ServerSearch search) {
        return Releases.find(
                search.directoriesWith("consul", "consul"), RealConsul::inspect, ConsulInstallation::version);
    }

    private static Optional<ConsulInstallation> inspect(Path place) {
        Path consul = place.resolve("consul");
        return Releases.version(consul, "version", VERSION).map(version -> new ConsulInstallation(version, consul));
    }
}
