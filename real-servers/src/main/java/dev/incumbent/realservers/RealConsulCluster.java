package dev.incumbent.realservers;

import java.nio.file.Path;
import java.util.List;

/**
 * A {@link RealCluster} of Consul servers. Each listens on plain HTTP and to its fellows, and on nothing else.
 *
 * <p>A member counts as healthy when a consistent read through it finds its own check passing: from then on it can have
 * sessions.
 */
public final class RealConsulCluster extends RealCluster {

    private final RealConsulClusterBuilder.Settings settings;

    private RealConsulCluster(RealConsulClusterBuilder.Settings settings, Path directory) {
        super(settings.installation().toString(), directory, ConsulMember.all(settings, directory));
        this.settings = settings;
    }

    /** Settings with their defaults: one member, session TTLs from one second on, no ACL. */
    public static RealConsulClusterBuilder builder(ConsulInstallation installation) {
        return new RealConsulClusterBuilder(installation);
    }

    /** A cluster with the default settings, serving. */
    public static RealConsulCluster start(ConsulInstallation installation, int nodes) {
        return builder(installation).nodes(nodes).start();
    }

    static RealConsulCluster start(RealConsulClusterBuilder.Settings settings) {
        return start(() -> new RealConsulCluster(settings, temporaryDirectory("consul")), settings.startTimeout());
    }

    /** The program that this cluster runs. */
    public ConsulInstallation installation() {
        return settings.installation();
    }

    /** URLs of the HTTP API, of all members in their order, such as {@code http://127.0.0.1:33333}. */
    public List<String> httpEndpoints() {
        return clientUrls();
    }

    /** The URL of one member. */
    public String httpEndpoint(int node) {
        return member(node).clientUrl();
    }

    /** The program as a client of one member; with the master token if there is one. */
    public ConsulCommand consul(int node) {
        ConsulCommand plain = ConsulCommand.of(installation(), httpEndpoint(node));
        return settings.masterToken().map(plain::token).orElse(plain);
    }

    /**
     * Removes the data of a member that was killed: its next start is that of an empty server of the same name and id.
     *
     * @throws IllegalStateException if it runs
     */
    public void wipe(int node) {
        ((ConsulMember) member(node)).wipe();
    }
}
