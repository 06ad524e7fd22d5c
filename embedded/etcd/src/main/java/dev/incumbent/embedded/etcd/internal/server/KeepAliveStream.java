package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * One stream of keep-alives. Renewals of one stream run side by side; their answers leave in the order of the requests, by which
 * clients tell them apart. A client that does not read its answers is not asked for more requests than a window of them.
 */
final class KeepAliveStream implements StreamObserver<LeaseKeepAliveRequest> {

    private static final int WINDOW = 256;

    private final ServerCallStreamObserver<LeaseKeepAliveResponse> out;
    private final Function<LeaseKeepAliveRequest, CompletableFuture<LeaseKeepAliveResponse>> renew;
    private final Runnable unguard;
    /** Guards itself and the fields below; nothing that takes time is done under it. */
    private final Deque<CompletableFuture<LeaseKeepAliveResponse>> pending = new ArrayDeque<>();

    private boolean completed;
    private boolean ended;

    /** Requests that were answered, and for which no new ones were asked for. */
    private int unasked;

    /** For a call whose handler runs now. */
    KeepAliveStream(
            ServerCallStreamObserver<LeaseKeepAliveResponse> out,
            Function<LeaseKeepAliveRequest, CompletableFuture<LeaseKeepAliveResponse>> renew,
            LeaderMonitor leaders) {
        this.out = out;
        this.renew = renew;
        out.disableAutoRequest();
        out.setOnCancelHandler(this::cancelled);
        out.setOnReadyHandler(this::askForMore);
        this.unguard = leaders.guard(this::end);
        out.request(WINDOW);
    }

    @Override
    public void onNext(LeaseKeepAliveRequest request) {
        CompletableFuture<LeaseKeepAliveResponse> response = renew.apply(request);
        synchronized (pending) {
            pending.add(response);
        }
        response.whenComplete((value, failure) -> answer());
    }

    private void answer() {
        synchronized (pending) {
            while (!ended && !pending.isEmpty() && pending.peek().isDone()) {
                CompletableFuture<LeaseKeepAliveResponse> first = pending.remove();
                if (first.isCompletedExceptionally()) {
                    first.exceptionally(failure -> {
                        end(Failures.status(failure).getStatus());
                        return LeaseKeepAliveResponse.getDefaultInstance();
                    });
                } else {
                    // Only hands over to the transport.
                    out.onNext(first.join());
                    unasked++;
                }
            }
            askForMore();
            if (!ended && completed && pending.isEmpty()) {
                ended = true;
                unguard.run();
                out.onCompleted();
            }
        }
    }

    private void askForMore() {
        synchronized (pending) {
            if (!ended && unasked > 0 && out.isReady()) {
                out.request(unasked);
                unasked = 0;
            }
        }
    }

    private void end(Status status) {
        synchronized (pending) {
            if (!ended) {
                ended = true;
                unguard.run();
                out.onError(status.asRuntimeException());
            }
        }
    }

    private void cancelled() {
        synchronized (pending) {
            ended = true;
            unguard.run();
        }
    }

    @Override
    public void onError(Throwable cancelled) {
        cancelled();
    }

    @Override
    public void onCompleted() {
        synchronized (pending) {
            completed = true;
        }
        answer();
    }
}
