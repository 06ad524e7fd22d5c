package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.IoLoop;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A member without a network: it answers what the test says, when the test says it. */
final class ScriptedServer implements AutoCloseable {

    /**
     * One call.
     *
     * @param method its bare name
     * @param headers what came with it
     * @param sent its requests so far
     * @param listener who is told
     */
    record Call(@Nullable String method, Metadata headers, List<Object> sent, ClientCall.Listener<Object> listener) {}

    private final IoLoop loop = new IoLoop("etcd");
    private final List<Call> calls = new ArrayList<>();
    private final Cluster cluster;
    private int connections = 1;

    ScriptedServer() {
        this(null, TimeUnit.MINUTES.toNanos(1));
    }

    ScriptedServer(@Nullable Credentials credentials, long boundNanos) {
        cluster = new Cluster(loop, List.of(new Endpoint("scripted", new Scripted(), loop)), boundNanos, credentials);
    }

    IoLoop loop() {
        return loop;
    }

    Cluster cluster() {
        return cluster;
    }

    /** What is asked from now on goes over a new connection. */
    void reconnect() {
        onLoop(() -> connections++);
    }

    private Attributes connection() {
        return Attributes.newBuilder()
                .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, InetSocketAddress.createUnresolved("local", connections))
                .build();
    }

    /** The calls of one method so far. */
    List<Call> calls(String method) {
        List<Call> found = new ArrayList<>();
        onLoop(() -> calls.stream().filter(call -> method.equals(call.method)).forEach(found::add));
        return found;
    }

    private Call last(String method) {
        List<Call> found = calls(method);
        return found.get(found.size() - 1);
    }

    /** Runs a task, and what it hands in, on the loop. */
    void onLoop(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.run();
                loop.execute(() -> loop.execute(() -> done.complete(null)));
            } catch (RuntimeException defect) {
                done.completeExceptionally(defect);
            }
        });
        done.orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** A message on the newest watch stream. */
    void tell(Object message) {
        Call call = last("Watch");
        onLoop(() -> call.listener.onMessage(message));
    }

    /** Answers the newest call of a unary method. */
    void answer(String method, Object message) {
        Call call = last(method);
        onLoop(() -> {
            call.listener.onMessage(message);
            call.listener.onClose(Status.OK, new Metadata());
        });
    }

    void fail(Call call, Status status) {
        onLoop(() -> call.listener.onClose(status, new Metadata()));
    }

    void fail(String method, Status status) {
        fail(last(method), status);
    }

    @Override
    public void close() {
        loop.execute(() -> {
            cluster.close();
            loop.close();
        });
    }

    private final class Scripted extends ManagedChannel {

        private boolean shut;

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            return new ClientCall<>() {

                private final List<Object> sent = new ArrayList<>();
                private @Nullable Listener<R> told;
                private boolean cancelled;

                @Override
                @SuppressWarnings("unchecked") // the test sends what the method answers with
                public void start(Listener<R> listener, Metadata headers) {
                    told = listener;
                    // As gRPC does it: a request may have left from here on.
                    options.getStreamTracerFactories().forEach(factory -> factory.newClientStreamTracer(
                                    io.grpc.ClientStreamTracer.StreamInfo.newBuilder()
                                            .build(),
                                    headers)
                            .streamCreated(connection(), headers));
                    calls.add(new Call(method.getBareMethodName(), headers, sent, (Listener<Object>) listener));
                }

                @Override
                public void sendMessage(Q message) {
                    sent.add(message);
                }

                @Override
                public void cancel(@Nullable String why, @Nullable Throwable cause) {
                    if (!cancelled) {
                        cancelled = true;
                        Listener<R> listener = Objects.requireNonNull(told);
                        loop.execute(() -> listener.onClose(Status.CANCELLED.withDescription(why), new Metadata()));
                    }
                }

                @Override
                public void request(int messages) {}

                @Override
                public void halfClose() {}
            };
        }

        @Override
        public String authority() {
            return "scripted";
        }

        @Override
        public ConnectivityState getState(boolean requestConnection) {
            return ConnectivityState.READY;
        }

        @Override
        public void enterIdle() {}

        @Override
        public ManagedChannel shutdown() {
            shut = true;
            return this;
        }

        @Override
        public ManagedChannel shutdownNow() {
            return shutdown();
        }

        @Override
        public boolean isShutdown() {
            return shut;
        }

        @Override
        public boolean isTerminated() {
            return shut;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return shut;
        }
    }
}
