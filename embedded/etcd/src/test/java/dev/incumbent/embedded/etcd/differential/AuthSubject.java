package dev.incumbent.embedded.etcd.differential;

import static io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
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
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One of two servers whose users and permissions are compared. Not thread-safe. */
final class AuthSubject {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[] {0});
    private static final Map<String, MethodDescriptor<?, ?>> METHODS = methods();

    private final String name;
    private final Channel channel;
    private Normaliser normaliser = new Normaliser(new Symbols(0));

    AuthSubject(String name, Channel channel) {
        this.name = name;
        this.channel = channel;
    }

    String name() {
        return name;
    }

    private static Map<String, MethodDescriptor<?, ?>> methods() {
        Map<String, MethodDescriptor<?, ?>> methods = new HashMap<>();
        List.of(AuthGrpc.getServiceDescriptor(), KVGrpc.getServiceDescriptor(), LeaseGrpc.getServiceDescriptor())
                .forEach(service -> service.getMethods().forEach(method -> {
                    String call = String.valueOf(method.getBareMethodName());
                    boolean prefixed = call.startsWith("User") || call.startsWith("Role");
                    methods.put((prefixed ? "Auth" : "") + call + "Request", method);
                }));
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
        call(channel, LeaseRevokeRequest.newBuilder().setID(1).build());
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(WatchLog.PATIENCE);
        kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(EVERYTHING)
                .setRangeEnd(EVERYTHING)
                .build());
        normaliser = new Normaliser(
                new Symbols(kv.put(PutRequest.newBuilder().setKey(EVERYTHING).build())
                        .getHeader()
                        .getRevision()));
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
        Metadata headers = new Metadata();
        headers.put(TOKEN, token);
        return ClientInterceptors.intercept(channel, newAttachHeadersInterceptor(headers));
    }

    @SuppressWarnings("unchecked")
    private String call(Channel way, Message request) {
        MethodDescriptor<Message, Message> method = (MethodDescriptor<Message, Message>)
                METHODS.get(request.getDescriptorForType().getName());
        try {
            return normaliser.text(ClientCalls.blockingUnaryCall(
                    way, method, CallOptions.DEFAULT.withDeadlineAfter(WatchLog.PATIENCE), request));
        } catch (StatusRuntimeException failure) {
            return error(failure.getStatus());
        }
    }

    private static String error(Status status) {
        return "error: " + status.getCode() + " " + status.getDescription() + "\n";
    }
}
