package dev.incumbent.realservers;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
        return OfThisMachine.SEARCH.why("etcd", "etcd", installations());
    }

    static List<EtcdInstallation> find(ServerSearch search) {
        return Releases.find(search.directoriesWith("etcd", "etcd"), RealEtcd::inspect, EtcdInstallation::version);
    }

    private static Optional<EtcdInstallation> inspect(Path place) {
        Optional<Path> etcdctl = ServerSearch.program(place, "etcdctl");
        if (etcdctl.isEmpty()) {
            LOG.warn("Left out the etcd in {}: no etcdctl beside it", place);
            return Optional.empty();
        }
        Path etcd = place.resolve("etcd");
        return Releases.version(etcd, "--version", VERSION)
                .map(version ->
                        new EtcdInstallation(version, etcd, etcdctl.get(), ServerSearch.program(place, "etcdutl")));
    }
}
