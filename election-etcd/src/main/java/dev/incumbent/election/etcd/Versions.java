package dev.incumbent.election.etcd;

import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each member once which version it runs, and warns of those that are known to let a lease go on which they, or a new
 * leader, have given up.
 */
final class Versions {

    private static final Logger log = LoggerFactory.getLogger(Versions.class);
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

    private final Set<Endpoint> examined = new HashSet<>();

    void examine(Endpoint endpoint, Metadata headers, long boundNanos) {
        if (!examined.add(endpoint)) {
            return;
        }
        ClientCall<StatusRequest, StatusResponse> call = endpoint.channel()
                .newCall(Rpc.STATUS.method(), CallOptions.DEFAULT.withDeadlineAfter(boundNanos, TimeUnit.NANOSECONDS));
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(StatusResponse status) {
                        judge(endpoint, status.getVersion());
                    }
                },
                headers);
        call.sendMessage(StatusRequest.getDefaultInstance());
        call.halfClose();
        call.request(2);
    }

    private static void judge(Endpoint endpoint, String version) {
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
