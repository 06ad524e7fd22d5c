package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import io.grpc.Status;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Ends the streams that asked for a leader once this member has had none for three election timeouts, as etcd does: a client
 * that sits behind a partition is to find another member.
 */
final class LeaderMonitor {

    private static final int PATIENCE = 3;

    private final Backend backend;
    private final Set<Consumer<Status>> streams = ConcurrentHashMap.newKeySet();
    private int missed;

    LeaderMonitor(Backend backend) {
        this.backend = backend;
    }

    /** Watches over a stream if the call whose handler runs now asked for it. The action may come on any thread, once. */
    Runnable guard(Consumer<Status> end) {
        if (!Boolean.TRUE.equals(CallInterceptor.REQUIRES_LEADER.get())) {
            return () -> {};
        }
        streams.add(end);
        return () -> streams.remove(end);
    }

    /** Once in an election timeout, on the timer's thread. */
    void tick() {
        missed = backend.status().leader().isEmpty() ? missed + 1 : 0;
        if (missed >= PATIENCE) {
            List.copyOf(streams).forEach(end -> {
                streams.remove(end);
                end.accept(EtcdError.NO_LEADER.status());
            });
        }
    }
}
