package dev.incumbent.embedded.etcd.internal.server;

/** What this server says it is: clients choose by it what they may ask for. */
final class Version {

    static final String SERVER = "3.5.16";
    static final String CLUSTER = "3.5.0";

    private Version() {}
}
