package dev.incumbent.realservers;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One member of a {@link RealCluster}. */
abstract sealed class RealMember permits ConsulMember, EtcdMember {

    static final String HOST = "127.0.0.1";

    private static final int CONNECT_MILLIS = 500;
    /** A member without a quorum answers only after its own request timeout. */
    private static final int ANSWER_MILLIS = 2_000;

    private final String name;
    private final int number;
    private final ServerProcess process;

    RealMember(String name, int number, ServerProcess process) {
        this.name = name;
        this.number = number;
        this.process = process;
    }

    /** What its log is called, such as {@code etcd-1}. */
    final String name() {
        return name;
    }

    final int number() {
        return number;
    }

    abstract String clientUrl();

    /** Whether it serves: the check makes a round through the quorum. */
    abstract boolean isHealthy();

    /** Whether it believes that it leads. */
    abstract boolean isLeader();

    final void start() {
        process.start();
    }

    final void kill() {
        process.kill();
    }

    final void stop() {
        process.stop();
    }

    final void freeze() {
        process.freeze();
    }

    final void thaw() {
        process.thaw();
    }

    final boolean isRunning() {
        return process.isRunning();
    }

    final boolean canAnswer() {
        return process.canAnswer();
    }

    final String log() {
        return process.log();
    }

    /** The body of an answer 200, else nothing. */
    final String get(String url, Map<String, String> headers) {
        if (!canAnswer()) {
            return "";
        }
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(ANSWER_MILLIS);
            headers.forEach(connection::setRequestProperty);
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
