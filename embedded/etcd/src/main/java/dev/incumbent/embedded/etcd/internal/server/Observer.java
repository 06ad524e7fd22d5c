package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.wire.election.LeaderResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One call that observes an election. A client that is slow misses leaders, never the newest: beyond a small backlog the next
 * one takes the place of the one that waits.
 */
final class Observer {

    private static final long MAX_BACKLOG_BYTES = 16 * 1024;

    private final Backend backend;
    private final LeaderFeeds feeds;
    private final StreamOutput<LeaderResponse> output;
    private final Runnable unguard;
    /** Held while one is given, which only queues it: that no older leader leaves after a newer one. */
    private final Object order = new Object();

    /** What waits until the output has run dry; guarded by {@link #order}. */
    private @Nullable LeaderResponse newest;

    /** On the node's thread. */
    private LeaderFeeds.@Nullable Feed feed;

    private boolean closed;

    /** For a call whose handler runs now. */
    Observer(
            Backend backend,
            LeaderFeeds feeds,
            ServerCallStreamObserver<LeaderResponse> out,
            Executor workers,
            LeaderMonitor leaders) {
        this.backend = backend;
        this.feeds = feeds;
        out.setOnCancelHandler(this::close);
        output = new StreamOutput<>(out, workers, this::giveNewest);
        unguard = leaders.guard(this::end);
    }

    void start(ByteString prefix, Caller caller) {
        backend.<Boolean>read(machine -> {
                    if (!closed && feed == null) {
                        feed = feeds.join(machine, prefix, caller, this);
                    }
                    return true;
                })
                .exceptionally(failure -> {
                    end(Failures.status(failure).getStatus());
                    return false;
                });
    }

    void give(LeaderResponse response) {
        synchronized (order) {
            if (newest == null && output.backlog() <= MAX_BACKLOG_BYTES) {
                output.give(response);
                return;
            }
            newest = response;
        }
        output.wake();
    }

    private void giveNewest() {
        synchronized (order) {
            if (newest != null) {
                output.give(newest);
                newest = null;
            }
        }
    }

    void end(Status status) {
        output.end(status);
        close();
    }

    private void close() {
        unguard.run();
        feeds.leave(() -> {
            closed = true;
            if (feed != null) {
                feed.leave(this);
            }
        });
    }
}
