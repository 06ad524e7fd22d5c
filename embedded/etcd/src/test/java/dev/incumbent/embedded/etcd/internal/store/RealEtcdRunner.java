package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.AuthGrpc;
import dev.incumbent.embedded.etcd.wire.AuthenticateRequest;
import dev.incumbent.embedded.etcd.wire.AuthenticateResponse;
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseGrpc;
import dev.incumbent.embedded.etcd.wire.MaintenanceGrpc;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchGrpc;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import dev.incumbent.realservers.EtcdInstallation;
import dev.incumbent.realservers.RealEtcdCluster;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real etcd of its own. */
final class RealEtcdRunner implements RuleRunner {

    private static final Map<String, MethodDescriptor<?, ?>> METHODS = methods();

    private final String series;
    private final RealEtcdCluster cluster;
    private final ManagedChannel channel;
    private final Map<String, String> tokens = new HashMap<>();

    RealEtcdRunner(EtcdInstallation installation, String series) {
        this.series = series;
        this.cluster = RealEtcdCluster.start(installation, 1);
        URI uri = URI.create(cluster.endpoints().get(0));
        this.channel = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .usePlaintext()
                .build();
    }

    private static Map<String, MethodDescriptor<?, ?>> methods() {
        Map<String, MethodDescriptor<?, ?>> methods = new HashMap<>();
        Stream.of(
                        KVGrpc.getServiceDescriptor(),
                        LeaseGrpc.getServiceDescriptor(),
                        AuthGrpc.getServiceDescriptor(),
                        MaintenanceGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .forEach(method -> methods.put(inputOf(method), method));
        return methods;
    }

    private static String inputOf(MethodDescriptor<?, ?> method) {
        ProtoMethodDescriptorSupplier schema =
                (ProtoMethodDescriptorSupplier) Objects.requireNonNull(method.getSchemaDescriptor());
        return schema.getMethodDescriptor().getInputType().getName();
    }

    @Override
    public String series() {
        return series;
    }

    @Override
    public String ask(String user, Message request) {
        try {
            if (request instanceof WatchCreateRequest watch) {
                return watch(watch);
            }
            Message reply = call(user, request);
            if (reply instanceof AuthenticateResponse signedIn) {
                tokens.put(((AuthenticateRequest) request).getName(), signedIn.getToken());
            }
            return RuleScript.text(reply);
        } catch (StatusRuntimeException e) {
            return RuleScript.text(e.getStatus());
        }
    }

    @SuppressWarnings("unchecked") // the method was found by the request's type
    private Message call(String user, Message request) {
        MethodDescriptor<Message, Message> method = (MethodDescriptor<Message, Message>) Objects.requireNonNull(
                METHODS.get(request.getDescriptorForType().getName()));
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS);
        return ClientCalls.blockingUnaryCall(channelOf(user), method, options, request);
    }

    private Channel channelOf(String user) {
        if (user.isEmpty()) {
            return channel;
        }
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER),
                Objects.requireNonNull(tokens.get(user), "nobody signed in as " + user));
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** What a watch is told up to the revision at which it was created. */
    private String watch(WatchCreateRequest request) {
        CompletableFuture<WatchResponse> told = new CompletableFuture<>();
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
            private final WatchResponse.Builder events = WatchResponse.newBuilder();
            private long until;

            @Override
            public void onNext(WatchResponse response) {
                if (response.getCreated()) {
                    until = response.getHeader().getRevision();
                }
                events.addAllEvents(response.getEventsList());
                boolean last = response.getEventsList().stream()
                        .anyMatch(event -> event.getKv().getModRevision() == until);
                if (last) {
                    told.complete(events.build());
                }
            }

            @Override
            public void onError(Throwable failure) {
                told.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                told.completeExceptionally(new IllegalStateException("The watch ended"));
            }
        });
        try {
            requests.onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
            return RuleScript.text(told.orTimeout(10, TimeUnit.SECONDS).join());
        } finally {
            requests.onCompleted();
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        cluster.close();
    }
}
