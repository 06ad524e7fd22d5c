package dev.incumbent.realservers;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One member of a {@link RealEtcdCluster}. Its state is asked for at its metrics address, which is plain HTTP whatever its
 * clients have to bring.
 */
final class EtcdMember {

    private static final String HOST = "127.0.0.1";
    private static final int CONNECT_MILLIS = 500;
    /** A member without a quorum answers {@code /health} only after its own request timeout. */
    private static final int ANSWER_MILLIS = 2_000;

    private final int number;
    private final String clientUrl;
    private final String metricsUrl;
    private final ServerProcess process;

    private EtcdMember(int number, String clientUrl, String metricsUrl, ServerProcess process) {
        this.number = number;
        this.clientUrl = clientUrl;
        this.metricsUrl = metricsUrl;
        this.process = process;
    }

    static List<EtcdMember> all(RealEtcdClusterBuilder.Settings settings, Path directory) {
        int count = settings.nodes();
        List<Integer> ports = FreePorts.take(3 * count);
        List<String> initial = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            initial.add("n" + (i + 1) + "=" + url("http", ports.get(count + i)));
        }
        List<EtcdMember> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String client = url(settings.tls().isPresent() ? "https" : "http", ports.get(i));
            String metrics = url("http", ports.get(2 * count + i));
            List<String> command = command(settings, directory, i + 1, client, url("http", ports.get(count + i)));
            command.add("--listen-metrics-urls=" + metrics);
            command.add("--initial-cluster=" + String.join(",", initial));
            Path log = directory.resolve("n" + (i + 1) + ".log");
            members.add(new EtcdMember(i + 1, client, metrics, new ServerProcess(command, environment(), log)));
        }
        return members;
    }

    private static List<String> command(
            RealEtcdClusterBuilder.Settings settings, Path directory, int number, String client, String peer) {
        List<String> command = new ArrayList<>(List.of(
                settings.installation().etcd().toString(),
                "--name=n" + number,
                "--data-dir=" + directory.resolve("n" + number),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                // Another cluster that is given these ports later shall not take this one's members for its own.
                "--initial-cluster-token=" + directory.getFileName(),
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

    private static Map<String, String> environment() {
        // Releases before 3.5 refuse to run on ARM unless told that this is meant.
        return System.getProperty("os.arch", "").equals("aarch64")
                ? Map.of("ETCD_UNSUPPORTED_ARCH", "arm64")
                : Map.of();
    }

    private static String url(String scheme, int port) {
        return scheme + "://" + HOST + ":" + port;
    }

    int number() {
        return number;
    }

    String clientUrl() {
        return clientUrl;
    }

    void start() {
        process.start();
    }

    void kill() {
        process.kill();
    }

    void stop() {
        process.stop();
    }

    void freeze() {
        process.freeze();
    }

    void thaw() {
        process.thaw();
    }

    boolean isRunning() {
        return process.isRunning();
    }

    boolean canAnswer() {
        return process.canAnswer();
    }

    String log() {
        return process.log();
    }

    /** Whether it serves: its health check makes a round through the quorum. */
    boolean isHealthy() {
        return get("/health").contains("\"health\":\"true\"");
    }

    /** Whether it believes that it leads. */
    boolean isLeader() {
        return get("/metrics").lines().anyMatch("etcd_server_is_leader 1"::equals);
    }

    /** The body of an answer 200, else nothing. */
    private String get(String path) {
        if (!canAnswer()) {
            return "";
        }
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(metricsUrl + path).toURL().openConnection();
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(ANSWER_MILLIS);
            try (InputStream body = connection.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            } finally {
                connection.disconnect();
            }
        } catch (IOException doesNotServe) {
            return "";
        }
    }
}
