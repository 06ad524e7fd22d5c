package dev.incumbent.realservers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One member of a {@link RealEtcdCluster}. Its state is asked for at its metrics address, which is plain HTTP whatever its
 * clients have to bring.
 */
final class EtcdMember extends RealMember {

    private final String clientUrl;
    private final String metricsUrl;
    private final Path data;

    /** The flags that its id follows from. */
    private final List<String> identity;

    private EtcdMember(
            int number, String clientUrl, String metricsUrl, Path data, List<String> identity, ServerProcess process) {
        super("etcd-" + number, number, process);
        this.clientUrl = clientUrl;
        this.metricsUrl = metricsUrl;
        this.data = data;
        this.identity = identity;
    }

    static List<EtcdMember> all(RealEtcdClusterBuilder.Settings settings, Path directory, Optional<PeerLinks> links) {
        int count = settings.nodes();
        List<Integer> ports = FreePorts.take(3 * count);
        List<String> initial = new ArrayList<>();
        List<String> advertised = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int listens = ports.get(count + i);
            advertised.add(
                    url("http", links.map(proxies -> proxies.open(listens)).orElse(listens)));
            initial.add("n" + (i + 1) + "=" + advertised.get(i));
        }
        List<EtcdMember> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String client = url(settings.tls().isPresent() ? "https" : "http", ports.get(i));
            String metrics = url("http", ports.get(2 * count + i));
            String name = "n" + (i + 1);
            Path data = directory.resolve(name);
            List<String> identity = List.of(
                    "--name=" + name,
                    "--initial-advertise-peer-urls=" + advertised.get(i),
                    "--initial-cluster=" + String.join(",", initial),
                    // Another cluster that is given these ports later shall not take this one's members for its own.
                    "--initial-cluster-token=" + directory.getFileName());
            List<String> command = command(settings, data, client, url("http", ports.get(count + i)));
            command.add("--listen-metrics-urls=" + metrics);
            command.addAll(identity);
            Path log = directory.resolve(name + ".log");
            members.add(new EtcdMember(
                    i + 1, client, metrics, data, identity, new ServerProcess(command, environment(), log)));
        }
        return members;
    }

    private static List<String> command(
            RealEtcdClusterBuilder.Settings settings, Path data, String client, String peer) {
        List<String> command = new ArrayList<>(List.of(
                settings.installation().etcd().toString(),
                "--data-dir=" + data,
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--heartbeat-interval=" + settings.heartbeat().toMillis(),
                "--election-timeout=" + settings.election().toMillis(),
                "--auth-token-ttl=" + settings.authTokenTtl().toSeconds(),
                "--bcrypt-cost=4"));
        if (!settings.fsync()) {
            command.add("--unsafe-no-fsync");
        }
        settings.tls().ifPresent(files -> {
            command.add("--cert-file=" + files.serverCertificate());
            command.add("--key-file=" + files.serverKey());
            if (settings.clientCertificates()) {
                command.add("--trusted-ca-file=" + files.ca());
                command.add("--client-cert-auth");
            }
        });
        command.addAll(settings.arguments());
        return command;
    }

    /** Replaces its data by what a backup holds; for a member that does not run. It keeps its id. */
    void restore(EtcdInstallation installation, Path snapshot, Duration timeout) {
        RealCluster.delete(data);
        List<String> command = new ArrayList<>(List.of(
                installation.etcdutl().orElse(installation.etcdctl()).toString(),
                "snapshot",
                "restore",
                snapshot.toString(),
                "--data-dir=" + data));
        command.addAll(identity);
        RunningCommand.run(command, Map.of("ETCDCTL_API", "3"), "", timeout).output();
    }

    private static Map<String, String> environment() {
        // Releases before 3.5 refuse to run on ARM unless told that this is meant.
        return System.getProperty("os.arch", "").equals("aarch64")
                ? Map.of("ETCD_UNSUPPORTED_ARCH", "arm64")
                : Map.of();
    }

    private static String url(String scheme, int port) {
        return scheme + "://" + HOST + ":" + port;
    }

    @Override
    String clientUrl() {
        return clientUrl;
    }

    @Override
    boolean isHealthy() {
        return get(metricsUrl + "/health", Map.of()).contains("\"health\":\"true\"");
    }

    @Override
    boolean isLeader() {
        return get(metricsUrl + "/metrics", Map.of()).lines().anyMatch("etcd_server_is_leader 1"::equals);
    }
}
