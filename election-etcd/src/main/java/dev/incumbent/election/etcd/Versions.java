package dev.incumbent.election.etcd;

import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each member once on each connection which version it runs, and warns of those that are known to let a lease go on
 * which they, or a new leader, have given up.
 *
 * <p>A member that is upgraded, or replaced by another behind the same address, ends its connections. Touched on the loop
 * only.
 */
final class Versions {

    private static final Logger log = LoggerFactory.getLogger(Versions.class);
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

    private final Map<Endpoint, Examination> examinations = new HashMap<>();

    /** What is known of one member. */
    private static final class Examination {

        private boolean asked;
        private @Nullable SocketAddress connection;
        private String version = "";
    }

    /**
     * Asks a member that has just answered, unless it was asked on this connection.
     *
     * @param endpoint which
     * @param connection our end of the connection that the answer came on; null if that is not known
     * @param headers to ask with
     * @param boundNanos what asking may take
     */
    void examine(Endpoint endpoint, @Nullable SocketAddress connection, Metadata headers, long boundNanos) {
        Examination examination = examinations.computeIfAbsent(endpoint, member -> new Examination());
        if (examination.asked && (connection == null || connection.equals(examination.connection))) {
            return;
        }
        examination.asked = true;
        examination.connection = connection;
        ClientCall<StatusRequest, StatusResponse> call = endpoint.channel()
                .newCall(Rpc.STATUS.method(), CallOptions.DEFAULT.withDeadlineAfter(boundNanos, TimeUnit.NANOSECONDS));
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(StatusResponse status) {
                        judge(endpoint, examination, status.getVersion());
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        if (!status.isOk() && EtcdErrors.refusal(status) == null) {
                            examination.asked = false;
                        }
                    }
                },
                headers);
        call.sendMessage(StatusRequest.getDefaultInstance());
        call.halfClose();
        call.request(2);
    }

    private static void judge(Endpoint endpoint, Examination examination, String version) {
        if (version.equals(examination.version)) {
            return;
        }
        examination.version = version;
        if (forgetsLeases(version)) {
            log.warn(
                    "etcd {} at {} can renew a lease after a new leader has ended it, and can end one that was renewed"
                            + " (etcd issues #15247, #16822): two leaders can overlap there, and only fenced storage"
                            + " protects. Upgrade to 3.4.31, 3.5.13 or newer",
                    version,
                    endpoint);
        } else {
            log.debug("etcd {} at {}", version, endpoint);
        }
    }

    /** The version that a member reported last, empty if none has; for tests. */
    String versionOf(Endpoint endpoint) {
        Examination examination = examinations.get(endpoint);
        return examination == null ? "" : examination.version;
    }

    /** Whether a version lacks the repairs of 3.4.31 and 3.5.13; one that cannot be read is believed to have them. */
    static boolean forgetsLeases(String version) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches() || parts.group(1).length() > 4) {
            return false;
        }
        int major = Integer.parseInt(parts.group(1));
        int minor = Integer.parseInt(parts.group(2));
        int patch = Integer.parseInt(parts.group(3));
        if (major != 3) {
            return major < 3;
        }
        return minor < 4 || (minor == 4 && patch < 31) || (minor == 5 && patch < 13);
    }
}
