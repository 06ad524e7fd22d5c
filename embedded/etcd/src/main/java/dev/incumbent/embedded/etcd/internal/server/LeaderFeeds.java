package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.Change;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.election.LeaderResponse;
import io.grpc.StatusRuntimeException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows who leads elections that are observed: each once, however many observe it. The leader is read from the state after
 * each revision, so that a key that merely was written is never reported (etcd issue 18163). Everything on the node's thread.
 */
final class LeaderFeeds {

    private final Backend backend;
    private final Hub hub;
    private final Map<Key, Feed> feeds = new HashMap<>();

    LeaderFeeds(Backend backend, Hub hub) {
        this.backend = backend;
        this.hub = hub;
    }

    /** What may be seen depends on who looks. */
    private record Key(ByteString prefix, String user) {}

    /** Begins to tell an observer, with the present leader if there is one. */
    Feed join(EtcdMachine machine, ByteString prefix, Caller caller, Observer observer) {
        Feed feed = feeds.get(new Key(prefix, caller.user()));
        if (feed == null) {
            feed = new Feed(prefix, caller);
            feed.look(machine);
            feeds.put(new Key(prefix, caller.user()), feed);
            hub.subscribe(feed);
        } else {
            // Rights may have changed since the others came.
            feed.look(machine);
        }
        feed.join(machine, observer);
        return feed;
    }

    /** Any thread: as {@link Hub#leave}. */
    void leave(Runnable farewell) {
        hub.leave(backend, farewell);
    }

    void stopped() {
        feeds.clear();
    }

    /** One election. */
    final class Feed implements Subscription {

        private final KeyRange range;
        private final ByteString prefix;
        private final Caller caller;
        private final Set<Observer> observers = new LinkedHashSet<>();
        private @Nullable KeyValue leader;

        Feed(ByteString prefix, Caller caller) {
            this.range = KeyRange.prefix(prefix);
            this.prefix = prefix;
            this.caller = caller;
        }

        @Override
        public KeyRange range() {
            return range;
        }

        private void join(EtcdMachine machine, Observer observer) {
            observers.add(observer);
            if (leader != null) {
                observer.give(response(machine.revision(), leader));
            }
        }

        void leave(Observer observer) {
            if (observers.remove(observer) && observers.isEmpty()) {
                feeds.remove(new Key(prefix, caller.user()));
                hub.unsubscribe(this);
            }
        }

        @Override
        public void changed(EtcdMachine machine, long revision, List<Change> changes) {
            tell(machine, revision);
        }

        @Override
        public void skipped(EtcdMachine machine) {
            tell(machine, machine.revision());
        }

        private void tell(EtcdMachine machine, long revision) {
            KeyValue before = leader;
            try {
                look(machine);
            } catch (StatusRuntimeException refused) {
                List.copyOf(observers).forEach(observer -> observer.end(refused.getStatus()));
                return;
            }
            if (leader != null && !leader.equals(before)) {
                LeaderResponse response = response(revision, leader);
                observers.forEach(observer -> observer.give(response));
            }
        }

        private void look(EtcdMachine machine) {
            leader = ElectionService.first(machine, prefix, Callers.refreshed(caller, machine))
                    .orElse(null);
        }

        private LeaderResponse response(long revision, KeyValue kv) {
            return LeaderResponse.newBuilder()
                    .setHeader(backend.header(revision))
                    .setKv(kv)
                    .build();
        }
    }
}
