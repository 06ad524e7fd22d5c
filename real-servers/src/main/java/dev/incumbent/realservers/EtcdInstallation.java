package dev.incumbent.realservers;

import java.nio.file.Path;
import java.util.Optional;

/**
 * An etcd whose programs were found on this machine.
 *
 * @param version as the server prints it, such as {@code 3.5.16}
 * @param etcd the server
 * @param etcdctl the client of the same directory
 * @param etcdutl the offline tool; only releases from 3.5 on have it
 */
public record EtcdInstallation(String version, Path etcd, Path etcdctl, Optional<Path> etcdutl) {

    /** Whether this is a release of a series such as {@code 3.5}. */
    public boolean isOf(String series) {
        return version.startsWith(series + ".");
    }

    @Override
    public String toString() {
        return "etcd " + version;
    }
}
