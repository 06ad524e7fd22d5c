package dev.incumbent.realservers;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A {@link RealCluster} of etcd. */
public final class RealEtcdCluster extends RealCluster {

    private final RealEtcdClusterBuilder.Settings settings;
    private final Optional<PeerLinks> links;

    private RealEtcdCluster(RealEtcdClusterBuilder.Settings settings, Path directory, Optional<PeerLinks> links) {
        super(settings.installation().toString(), directory, EtcdMember.all(settings, directory, links));
        this.settings = settings;
        this.links = links;
    }

    /** Settings with their defaults: one member, nothing forced to disk, etcd's own timings. */
    public static RealEtcdClusterBuilder builder(EtcdInstallation installation) {
        return new RealEtcdClusterBuilder(installation);
    }

    /** A cluster with the default settings, serving. */
    public static RealEtcdCluster start(EtcdInstallation installation, int nodes) {
        return builder(installation).nodes(nodes).start();
    }

    static RealEtcdCluster start(RealEtcdClusterBuilder.Settings settings) {
        return start(
                () -> new RealEtcdCluster(
                        settings,
                        temporaryDirectory("etcd"),
                        settings.cuttable() ? Optional.of(new PeerLinks()) : Optional.empty()),
                settings.startTimeout());
    }

    /** The programs that this cluster runs. */
    public EtcdInstallation installation() {
        return settings.installation();
    }

    /** URLs for clients, of all members in their order, such as {@code http://127.0.0.1:33333}. */
    public List<String> endpoints() {
        return clientUrls();
    }

    /** The URL of one member. */
    public String endpoint(int node) {
        return member(node).clientUrl();
    }

    /**
     * The keys of a cluster with TLS.
     *
     * @throws IllegalStateException if it was started without
     */
    public TlsFiles tls() {
        return settings.tls().orElseThrow(() -> new IllegalStateException("started without TLS"));
    }

    /** {@code etcdctl} of the same installation for all members, with the keys of TLS if there are any. */
    public Etcdctl etcdctl() {
        return etcdctl(endpoints());
    }

    /** The same for one member. */
    public Etcdctl etcdctl(int node) {
        return etcdctl(List.of(endpoint(node)));
    }

    private Etcdctl etcdctl(List<String> endpoints) {
        Etcdctl plain = Etcdctl.of(installation(), endpoints);
        return settings.tls()
                .map(files -> plain.with(
                        "--cacert=" + files.ca(), "--cert=" + files.clientCertificate(), "--key=" + files.clientKey()))
                .orElse(plain);
    }

    /**
     * Cuts a member off from the others, both ways; clients reach it as before.
     *
     * @throws IllegalStateException if the cluster was not started {@link RealEtcdClusterBuilder#cuttable() cuttable}
     */
    public void cutOff(int node) {
        links().cutOff(member(node).number());
    }

    /** Joins what was cut. */
    public void mend() {
        links().mend();
    }

    private PeerLinks links() {
        return links.orElseThrow(() -> new IllegalStateException("started without proxies between members"));
    }

    /**
     * Replaces the data of all members by what a backup of {@code etcdctl snapshot save} holds, and starts them again with
     * the ids they had; returns when they serve. Nothing is done about revisions that were given out since.
     *
     * @throws RealServerException if the backup cannot be restored
     */
    public void restore(Path snapshot) {
        nodes().forEach(this::kill9);
        for (int node : nodes()) {
            ((EtcdMember) member(node)).restore(installation(), snapshot, settings.startTimeout());
        }
        nodes().forEach(this::restart);
        awaitHealthy(settings.startTimeout());
    }

    @Override
    void deleteFilesOutside() {
        links.ifPresent(PeerLinks::close);
        settings.tls().ifPresent(TlsFiles::delete);
    }
}
