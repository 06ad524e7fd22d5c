package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchGrpc;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Watches. */
final class WatchService extends WatchGrpc.WatchImplBase {

    private final Backend backend;
    private final Callers callers;
    private final Hub hub;
    private final LeaderMonitor leaders;
    private final Executor workers;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

    WatchService(Backend backend, Callers callers, Hub hub, LeaderMonitor leaders, Executor workers) {
        this.backend = backend;
        this.callers = callers;
        this.hub = hub;
        this.leaders = leaders;
        this.workers = workers;
    }

    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> out) {
        return new Session((ServerCallStreamObserver<WatchResponse>) out);
    }

    /** Once in a progress interval. */
    void tick() {
        sessions.forEach(session -> session.onNode(session.stream::tick));
    }

    /** The call behind a {@link WatchStream}. */
    private final class Session implements StreamObserver<WatchRequest> {

        private final StreamOutput<WatchResponse> output;
        private final WatchStream stream;
        private final ServerCallStreamObserver<WatchResponse> out;
        private final Context context = Context.current();
        private final Runnable unguard;
        private final AtomicBoolean feeding = new AtomicBoolean();
        private volatile boolean held;

        Session(ServerCallStreamObserver<WatchResponse> out) {
            this.out = out;
            out.disableAutoRequest();
            out.setOnCancelHandler(this::close);
            output = new StreamOutput<>(out, workers, this::feed);
            stream = new WatchStream(backend, hub, output);
            unguard = leaders.guard(this::end);
            sessions.add(this);
            out.request(1);
        }

        @Override
        public void onNext(WatchRequest request) {
            switch (request.getRequestUnionCase()) {
                case CREATE_REQUEST -> create(request.getCreateRequest());
                case CANCEL_REQUEST ->
                    answered(machine ->
                            stream.cancel(machine, request.getCancelRequest().getWatchId()));
                case PROGRESS_REQUEST -> answered(stream::progress);
                case REQUESTUNION_NOT_SET -> out.request(1);
            }
        }

        private void create(WatchCreateRequest request) {
            CompletableFuture<Caller> caller = callPresenting();
            if (caller.isDone() && !caller.isCompletedExceptionally()) {
                Caller known = caller.join();
                answered(machine -> stream.create(machine, request, known));
                return;
            }
            caller.whenComplete((known, failure) -> answered(machine -> {
                if (failure == null) {
                    stream.create(machine, request, known);
                } else {
                    stream.refuse(machine, EtcdError.INVALID_AUTH_TOKEN);
                }
            }));
        }

        private CompletableFuture<Caller> callPresenting() {
            Context previous = context.attach();
            try {
                return callers.current();
            } finally {
                context.detach(previous);
            }
        }

        /** The next request is taken once this one is answered, so that a client cannot pile up answers that it does not read. */
        private void answered(Consumer<EtcdMachine> action) {
            onNode(machine -> {
                action.accept(machine);
                if (output.backlog() <= WatchStream.MAX_BACKLOG_BYTES) {
                    out.request(1);
                } else {
                    held = true;
                    // The writer may have run dry before it could see that.
                    output.wake();
                }
            });
        }

        private void onNode(Consumer<EtcdMachine> action) {
            backend.<Boolean>readLocal(machine -> {
                        action.accept(machine);
                        return true;
                    })
                    .exceptionally(failure -> {
                        end(Failures.status(failure).getStatus());
                        return false;
                    });
        }

        private void feed() {
            if (held) {
                held = false;
                out.request(1);
            }
            if (stream.hungry() && feeding.compareAndSet(false, true)) {
                onNode(machine -> {
                    feeding.set(false);
                    stream.feed(machine);
                });
            }
        }

        private void end(Status status) {
            output.end(status);
            close();
        }

        private void close() {
            if (sessions.remove(this)) {
                unguard.run();
                hub.leave(backend, stream::close);
            }
        }

        @Override
        public void onError(Throwable cancelled) {
            close();
        }

        /** As with etcd: who has nothing more to ask is still told; the stream ends when the client leaves it. */
        @Override
        public void onCompleted() {}
    }
}
