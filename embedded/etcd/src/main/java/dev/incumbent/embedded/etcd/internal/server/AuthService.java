package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.internal.store.AuthStore;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.Credentials;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.Passwords;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.AuthDisableRequest;
import dev.incumbent.embedded.etcd.wire.AuthDisableResponse;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthEnableResponse;
import dev.incumbent.embedded.etcd.wire.AuthGrpc;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleDeleteResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGetResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleListRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleListResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleRevokePermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleRevokePermissionResponse;
import dev.incumbent.embedded.etcd.wire.AuthStatusRequest;
import dev.incumbent.embedded.etcd.wire.AuthStatusResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGetResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserListRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserListResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserRevokeRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserRevokeRoleResponse;
import dev.incumbent.embedded.etcd.wire.AuthenticateRequest;
import dev.incumbent.embedded.etcd.wire.AuthenticateResponse;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.command.Command;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/** Signing in, and managing who may do what. Passwords are hashed and compared on a worker, never on the node's thread. */
final class AuthService extends AuthGrpc.AuthImplBase {

    private static final int SALT_BYTES = 16;

    private final Backend backend;
    private final Callers callers;
    private final Executor workers;
    private final SecureRandom random = new SecureRandom();

    AuthService(Backend backend, Callers callers, Executor workers) {
        this.backend = backend;
        this.callers = callers;
        this.workers = workers;
    }

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> out) {
        Calls.respond(
                out,
                backend.read(machine -> new Found(machine.auth().credentials(request.getName()), machine.revision()))
                        .thenApplyAsync(found -> signIn(request, found), workers));
    }

    private AuthenticateResponse signIn(AuthenticateRequest request, Found found) {
        if (!found.credentials().authEnabled()) {
            throw Failures.refusal(EtcdError.AUTH_NOT_ENABLED);
        }
        found.credentials().check(request.getPassword()).ifPresent(error -> {
            throw Failures.refusal(error);
        });
        return AuthenticateResponse.newBuilder()
                .setHeader(backend.header(found.revision()))
                .setToken(callers.issue(request.getName(), found.credentials()))
                .build();
    }

    private record Found(Credentials credentials, long revision) {}

    // ---- writes

    @Override
    public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> out) {
        write(
                out,
                Command.newBuilder().setAuthEnable(request),
                AuthEnableResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void authDisable(AuthDisableRequest request, StreamObserver<AuthDisableResponse> out) {
        write(
                out,
                Command.newBuilder().setAuthDisable(request),
                AuthDisableResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> out) {
        // A password that comes hashed by somebody else's function would never match.
        AuthUserAddRequest.Builder hashed = request.toBuilder().clearPassword().clearHashedPassword();
        CompletableFuture<Command.Builder> command = request.getOptions().getNoPassword()
                ? CompletableFuture.completedFuture(Command.newBuilder().setUserAdd(hashed))
                : hash(request.getPassword())
                        .thenApply(hash -> Command.newBuilder().setUserAdd(hashed.setHashedPassword(hash)));
        write(out, command, AuthUserAddResponse.class, (body, header) -> body.toBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void userChangePassword(
            AuthUserChangePasswordRequest request, StreamObserver<AuthUserChangePasswordResponse> out) {
        AuthUserChangePasswordRequest.Builder hashed =
                request.toBuilder().clearPassword().clearHashedPassword();
        CompletableFuture<Command.Builder> command = request.getPassword().isEmpty()
                ? CompletableFuture.completedFuture(Command.newBuilder().setUserChangePassword(hashed))
                : hash(request.getPassword())
                        .thenApply(hash -> Command.newBuilder().setUserChangePassword(hashed.setHashedPassword(hash)));
        write(out, command, AuthUserChangePasswordResponse.class, (body, header) -> body.toBuilder()
                .setHeader(header)
                .build());
    }

    private CompletableFuture<String> hash(String password) {
        return CompletableFuture.supplyAsync(
                () -> {
                    byte[] salt = new byte[SALT_BYTES];
                    random.nextBytes(salt);
                    return Passwords.hash(password, salt);
                },
                workers);
    }

    @Override
    public void userDelete(AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> out) {
        write(
                out,
                Command.newBuilder().setUserDelete(request),
                AuthUserDeleteResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void userGrantRole(AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> out) {
        write(
                out,
                Command.newBuilder().setUserGrantRole(request),
                AuthUserGrantRoleResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void userRevokeRole(AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> out) {
        write(
                out,
                Command.newBuilder().setUserRevokeRole(request),
                AuthUserRevokeRoleResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> out) {
        write(
                out,
                Command.newBuilder().setRoleAdd(request),
                AuthRoleAddResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void roleDelete(AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> out) {
        write(
                out,
                Command.newBuilder().setRoleDelete(request),
                AuthRoleDeleteResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void roleGrantPermission(
            AuthRoleGrantPermissionRequest request, StreamObserver<AuthRoleGrantPermissionResponse> out) {
        write(
                out,
                Command.newBuilder().setRoleGrantPermission(request),
                AuthRoleGrantPermissionResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void roleRevokePermission(
            AuthRoleRevokePermissionRequest request, StreamObserver<AuthRoleRevokePermissionResponse> out) {
        write(
                out,
                Command.newBuilder().setRoleRevokePermission(request),
                AuthRoleRevokePermissionResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    private <T extends Message> void write(
            StreamObserver<T> out, Command.Builder command, Class<T> type, BiFunction<T, ResponseHeader, T> finish) {
        write(out, CompletableFuture.completedFuture(command), type, finish);
    }

    private <T extends Message> void write(
            StreamObserver<T> out,
            CompletableFuture<Command.Builder> command,
            Class<T> type,
            BiFunction<T, ResponseHeader, T> finish) {
        Calls.respond(
                out,
                callers.current()
                        .thenCombine(command, (caller, ready) -> Callers.sign(ready, caller))
                        .thenCompose(backend::submit)
                        .thenApply(reply -> finish.apply(Backend.body(reply, type), backend.header(reply.revision()))));
    }

    // ---- reads

    @Override
    public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> out) {
        read(out, AuthStore::status, AuthStatusResponse.class, (body, header) -> body.toBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> out) {
        read(
                out,
                (auth, caller) -> auth.userGet(request, caller),
                AuthUserGetResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> out) {
        read(out, AuthStore::userList, AuthUserListResponse.class, (body, header) -> body.toBuilder()
                .setHeader(header)
                .build());
    }

    @Override
    public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> out) {
        read(
                out,
                (auth, caller) -> auth.roleGet(request, caller),
                AuthRoleGetResponse.class,
                (body, header) -> body.toBuilder().setHeader(header).build());
    }

    @Override
    public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> out) {
        read(out, AuthStore::roleList, AuthRoleListResponse.class, (body, header) -> body.toBuilder()
                .setHeader(header)
                .build());
    }

    private <T extends Message> void read(
            StreamObserver<T> out,
            BiFunction<AuthStore, Caller, Reply> read,
            Class<T> type,
            BiFunction<T, ResponseHeader, T> finish) {
        Calls.respond(
                out,
                callers.current()
                        .thenCompose(caller -> backend.read(machine -> read.apply(machine.auth(), caller)))
                        .thenApply(Backend::accepted)
                        .thenApply(reply -> finish.apply(Backend.body(reply, type), backend.header(reply.revision()))));
    }
}
