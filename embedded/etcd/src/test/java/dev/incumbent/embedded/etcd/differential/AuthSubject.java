package dev.incumbent.embedded.etcd.differential;

import static io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.AlarmRequest.AlarmAction;
import dev.incumbent.embedded.etcd.wire.AuthDisableRequest;
import dev.incumbent.embedded.etcd.wire.AuthGrpc;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleListRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserListRequest;
import dev.incumbent.embedded.etcd.wire.AuthenticateRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.HashKVResponse;
import dev.incumbent.embedded.etcd.wire.HashResponse;
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.MaintenanceGrpc;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchGrpc;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One of two servers whose users and permissions are compared. Not thread-safe. */
final class AuthSubject {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[] {0});
    private static final Map<String, MethodDescriptor<?, ?>> METHODS = methods();

    private final String name;
    private final Channel channel;
    private Symbols symbols = new Symbols(0);
    private Normaliser normaliser = new Normaliser(symbols);

    AuthSubject(String name, Channel channel) {
        this.name = name;
        this.channel = channel;
    }

    String name() {
        return name;
    }

    private static Map<String, MethodDescriptor<?, ?>> methods() {
        Map<String, MethodDescriptor<?, ?>> methods = new HashMap<>();
        List.of(
                        AuthGrpc.getServiceDescriptor(),
                        KVGrpc.getServiceDescriptor(),
                        LeaseGrpc.getServiceDescriptor(),
                        MaintenanceGrpc.getServiceDescriptor())
                .forEach(service -> service.getMethods().forEach(method -> {
                    String call = String.valueOf(method.getBareMethodName());
                    boolean prefixed = call.startsWith("User") || call.startsWith("Role");
                    methods.put((prefixed ? "Auth" : "") + call + "Request", method);
                }));
        methods.put("CompactionRequest", KVGrpc.getCompactMethod());
        return methods;
    }

    /** No users but root, no roles but root's, no keys, auth disabled. */
    void begin() {
        signedIn(AuthCommand.ROOT, auth -> auth.authDisable(AuthDisableRequest.getDefaultInstance()));
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel).withDeadlineAfter(WatchLog.PATIENCE);
        auth.userList(AuthUserListRequest.getDefaultInstance())
                .getUsersList()
                .forEach(user -> auth.userDelete(
                        AuthUserDeleteRequest.newBuilder().setName(user).build()));
        auth.roleList(AuthRoleListRequest.getDefaultInstance())
                .getRolesList()
                .forEach(role -> auth.roleDelete(
                        AuthRoleDeleteRequest.newBuilder().setRole(role).build()));
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(AuthCommand.ROOT).build());
        auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName(AuthCommand.ROOT)
                .setPassword(AuthCommand.PASSWORD)
                .build());
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser(AuthCommand.ROOT)
                .setRole(AuthCommand.ROOT)
                .build());
        call(channel, AuthCommand.alarm(AlarmAction.DEACTIVATE));
        call(channel, LeaseRevokeRequest.newBuilder().setID(1).build());
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(WatchLog.PATIENCE);
        kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(EVERYTHING)
                .setRangeEnd(EVERYTHING)
                .build());
        symbols = new Symbols(kv.put(PutRequest.newBuilder().setKey(EVERYTHING).build())
                .getHeader()
                .getRevision());
        normaliser = new Normaliser(symbols);
    }

    private interface Action {
        void on(AuthGrpc.AuthBlockingStub auth);
    }

    private void signedIn(String user, Action action) {
        try {
            action.on(AuthGrpc.newBlockingStub(as(user)).withDeadlineAfter(WatchLog.PATIENCE));
        } catch (StatusRuntimeException notEnabled) {
            // Then there is nothing to undo.
        }
    }

    String perform(AuthCommand command) {
        if (command.user().isEmpty()) {
            return call(channel, command.request());
        }
        if (command.user().equals(AuthCommand.FORGER)) {
            return call(with("forged.1"), command.request());
        }
        try {
            return call(as(command.user()), command.request());
        } catch (StatusRuntimeException refused) {
            return "signing in: " + error(refused.getStatus());
        }
    }

    private Channel as(String user) {
        String token = AuthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(WatchLog.PATIENCE)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(AuthCommand.PASSWORD)
                        .build())
                .getToken();
        return with(token);
    }

    private Channel with(String token) {
        Metadata headers = new Metadata();
        headers.put(TOKEN, token);
        return ClientInterceptors.intercept(channel, newAttachHeadersInterceptor(headers));
    }

    private String call(Channel way, Message request) {
        try {
            return request instanceof WatchCreateRequest watch
                    ? watch(way, watch)
                    : text(unary(way, symbols.toServer(request)));
        } catch (StatusRuntimeException failure) {
            return error(failure.getStatus());
        }
    }

    /** What two servers can agree on: each has its own hashes. */
    private String text(Message reply) {
        return reply instanceof HashResponse || reply instanceof HashKVResponse ? "hashed" : normaliser.text(reply);
    }

    @SuppressWarnings("unchecked")
    private static Message unary(Channel way, Message request) {
        MethodDescriptor<Message, Message> method = (MethodDescriptor<Message, Message>)
                METHODS.get(request.getDescriptorForType().getName());
        return ClientCalls.blockingUnaryCall(
                way, method, CallOptions.DEFAULT.withDeadlineAfter(WatchLog.PATIENCE), request);
    }

    /** The first answer to a watch, which then ends. */
    private String watch(Channel way, WatchCreateRequest create) {
        CompletableFuture<WatchResponse> first = new CompletableFuture<>();
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(way)
                .withDeadlineAfter(WatchLog.PATIENCE)
                .watch(new StreamObserver<>() {
                    @Override
                    public void onNext(WatchResponse response) {
                        first.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        first.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {
                        first.completeExceptionally(new IllegalStateException("the watch's stream ended"));
                    }
                });
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
        try {
            return normaliser.text(first.join());
        } catch (CompletionException failure) {
            return error(Status.fromThrowable(failure));
        } finally {
            requests.onError(Status.CANCELLED.asException());
        }
    }

    private static String error(Status status) {
        return "error: " + status.getCode() + " " + status.getDescription() + "\n";
    }
}
