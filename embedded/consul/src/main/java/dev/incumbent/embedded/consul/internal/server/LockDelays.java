package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Changes;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import java.util.HashMap;
import java.util.Map;

/**
 * Which locks must not be taken for a while, since the session that held them was invalidated. Each member keeps its own clocks, and
 * the leader's count; on the node's thread.
 */
final class LockDelays {

    private final Map<String, Long> endsNanos = new HashMap<>();

    /** After each change of the state. */
    void applied(ConsulMachine machine, long now) {
        if (!machine.changes().delays().isEmpty()) {
            endsNanos.values().removeIf(ends -> ends - now <= 0);
        }
        for (Changes.Delay delay : machine.changes().delays()) {
            endsNanos.put(delay.key(), now + delay.nanos());
        }
    }

    boolean forbids(String key, long now) {
        Long ends = endsNanos.get(key);
        return ends != null && ends - now > 0;
    }

    int size() {
        return endsNanos.size();
    }

    /** The node is down. */
    void stopped() {
        endsNanos.clear();
    }
}
