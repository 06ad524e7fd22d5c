package dev.incumbent.realservers;

import java.nio.file.Path;
import java.util.List;

/** A {@link RealCluster} of etcd. */
public final class RealEtcdCluster extends RealCluster {

    private final RealEtcdClusterBuilder.Settings settings;

    private RealEtcdCluster(RealEtcdClusterBuilder.Settings settings, Path directory) {
        super(settings.installation().toString(), directory, EtcdMember.all(settings, directory));
        this.settings = settings;
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
        return start(() -> new RealEtcdCluster(settings, temporaryDirectory("etcd")), settings.startTimeout());
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

    @Override
    void deleteFilesOutside() {
        settings.tls().ifPresent(TlsFiles::delete);
    }
}
