package dev.incumbent.realservers;

import java.nio.file.Path;

/**
 * A Consul whose program was found on this machine; it is server and client in one.
 *
 * @param version as the program prints it, such as {@code 1.8.7}
 * @param consul the program
 */
public record ConsulInstallation(String version, Path consul) {

    /** Whether this is a release of a series such as {@code 1.8}. */
    public boolean isOf(String series) {
        return version.startsWith(series + ".");
    }

    @Override
    public String toString() {
        return "consul " + version;
    }
}
