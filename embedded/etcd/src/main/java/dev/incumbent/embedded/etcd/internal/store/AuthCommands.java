package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.AuthDisableResponse;
import dev.incumbent.embedded.etcd.wire.AuthEnableResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleDeleteResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleRevokePermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleRevokePermissionResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserRevokeRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserRevokeRoleResponse;
import dev.incumbent.embedded.etcd.wire.auth.Permission;
import dev.incumbent.embedded.etcd.wire.auth.Role;
import dev.incumbent.embedded.etcd.wire.auth.User;
import dev.incumbent.embedded.etcd.wire.command.Command;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Changes of users and roles. All of them need root, once authentication is on. */
final class AuthCommands {

    private final AuthStore store;

    private final LongSupplier storeRevision;

    AuthCommands(AuthStore store, LongSupplier storeRevision) {
        this.store = store;
        this.storeRevision = storeRevision;
    }

    private Reply done(Message response) {
        return new Reply.Ok(response, storeRevision.getAsLong());
    }

    private Reply refused(EtcdError error) {
        return new Reply.Refused(error, storeRevision.getAsLong());
    }

    Reply apply(Command command, Caller caller) {
        return store.checkAdmin(caller).map(this::refused).orElseGet(() -> run(command));
    }

    private Reply run(Command command) {
        return switch (command.getBodyCase()) {
            case AUTH_ENABLE -> enable();
            case AUTH_DISABLE -> disable();
            case USER_ADD -> addUser(command.getUserAdd());
            case USER_DELETE -> deleteUser(command.getUserDelete());
            case USER_CHANGE_PASSWORD -> changePassword(command.getUserChangePassword());
            case USER_GRANT_ROLE -> grantRole(command.getUserGrantRole());
            case USER_REVOKE_ROLE -> revokeRole(command.getUserRevokeRole());
            case ROLE_ADD -> addRole(command.getRoleAdd());
            case ROLE_DELETE -> deleteRole(command.getRoleDelete());
            case ROLE_GRANT_PERMISSION -> grantPermission(command.getRoleGrantPermission());
            case ROLE_REVOKE_PERMISSION -> revokePermission(command.getRoleRevokePermission());
            default -> throw new IllegalArgumentException("No command about users: " + command.getBodyCase());
        };
    }

    /** Does not count as a change of users and roles, unlike {@link #disable}: so it is in etcd. */
    private Reply enable() {
        if (!store.enabled()) {
            Optional<EtcdError> error = store.checkRoot();
            if (error.isPresent()) {
                return refused(error.get());
            }
            store.enable(true);
        }
        return done(AuthEnableResponse.getDefaultInstance());
    }

    private Reply disable() {
        if (store.enabled()) {
            store.enable(false);
            store.advance();
        }
        return done(AuthDisableResponse.getDefaultInstance());
    }

    private Reply addUser(AuthUserAddRequest request) {
        if (request.getName().isEmpty()) {
            return refused(EtcdError.USER_EMPTY);
        }
        if (store.user(request.getName()) != null) {
            return refused(EtcdError.USER_EXISTS);
        }
        User.Builder user = User.newBuilder()
                .setName(ByteString.copyFromUtf8(request.getName()))
                .setOptions(request.getOptions());
        if (!request.getOptions().getNoPassword()) {
            user.setPassword(ByteString.copyFromUtf8(request.getHashedPassword()));
        }
        return changed(user.build(), AuthUserAddResponse.getDefaultInstance());
    }

    private Reply changed(User user, Message response) {
        store.put(user);
        store.advance();
        return done(response);
    }

    private Reply changed(Role role, Message response) {
        store.put(role);
        store.advance();
        return done(response);
    }

    private Reply deleteUser(AuthUserDeleteRequest request) {
        if (store.enabled() && request.getName().equals(AuthStore.ROOT)) {
            return refused(EtcdError.INVALID_AUTH_MANAGEMENT);
        }
        if (store.user(request.getName()) == null) {
            return refused(EtcdError.USER_NOT_FOUND);
        }
        store.removeUser(request.getName());
        store.advance();
        return done(AuthUserDeleteResponse.getDefaultInstance());
    }

    private Reply changePassword(AuthUserChangePasswordRequest request) {
        User user = store.user(request.getName());
        if (user == null) {
            return refused(EtcdError.USER_NOT_FOUND);
        }
        String hash = user.getOptions().getNoPassword() ? "" : request.getHashedPassword();
        return changed(
                user.toBuilder().setPassword(ByteString.copyFromUtf8(hash)).build(),
                AuthUserChangePasswordResponse.getDefaultInstance());
    }

    private Reply grantRole(AuthUserGrantRoleRequest request) {
        User user = store.user(request.getUser());
        if (user == null) {
            return refused(EtcdError.USER_NOT_FOUND);
        }
        if (!request.getRole().equals(AuthStore.ROOT) && store.role(request.getRole()) == null) {
            return refused(EtcdError.ROLE_NOT_FOUND);
        }
        if (user.getRolesList().contains(request.getRole())) {
            return done(AuthUserGrantRoleResponse.getDefaultInstance());
        }
        List<String> roles = new ArrayList<>(user.getRolesList());
        roles.add(request.getRole());
        roles.sort(Keys.NAME_ORDER);
        return changed(withRoles(user, roles), AuthUserGrantRoleResponse.getDefaultInstance());
    }

    private static User withRoles(User user, List<String> roles) {
        return user.toBuilder().clearRoles().addAllRoles(roles).build();
    }

    private Reply revokeRole(AuthUserRevokeRoleRequest request) {
        boolean root =
                request.getName().equals(AuthStore.ROOT) && request.getRole().equals(AuthStore.ROOT);
        if (store.enabled() && root) {
            return refused(EtcdError.INVALID_AUTH_MANAGEMENT);
        }
        User user = store.user(request.getName());
        if (user == null) {
            return refused(EtcdError.USER_NOT_FOUND);
        }
        List<String> roles = new ArrayList<>(user.getRolesList());
        return roles.remove(request.getRole())
                ? changed(withRoles(user, roles), AuthUserRevokeRoleResponse.getDefaultInstance())
                : refused(EtcdError.ROLE_NOT_GRANTED);
    }

    private Reply addRole(AuthRoleAddRequest request) {
        if (request.getName().isEmpty()) {
            return refused(EtcdError.ROLE_EMPTY);
        }
        if (store.role(request.getName()) != null) {
            return refused(EtcdError.ROLE_EXISTS);
        }
        Role role = Role.newBuilder()
                .setName(ByteString.copyFromUtf8(request.getName()))
                .build();
        return changed(role, AuthRoleAddResponse.getDefaultInstance());
    }

    private Reply deleteRole(AuthRoleDeleteRequest request) {
        String name = request.getRole();
        if (store.enabled() && name.equals(AuthStore.ROOT)) {
            return refused(EtcdError.INVALID_AUTH_MANAGEMENT);
        }
        if (store.role(name) == null) {
            return refused(EtcdError.ROLE_NOT_FOUND);
        }
        List<User> holders = new ArrayList<>();
        store.users().forEach(user -> {
            if (user.getRolesList().contains(name)) {
                holders.add(user);
            }
        });
        for (User user : holders) {
            List<String> roles = new ArrayList<>(user.getRolesList());
            roles.remove(name);
            store.put(withRoles(user, roles));
        }
        store.removeRole(name);
        store.advance();
        return done(AuthRoleDeleteResponse.getDefaultInstance());
    }

    private Reply grantPermission(AuthRoleGrantPermissionRequest request) {
        if (!request.hasPerm()) {
            return refused(EtcdError.PERMISSION_NOT_GIVEN);
        }
        Permission permission = request.getPerm();
        if (!isRange(permission.getKey(), permission.getRangeEnd())) {
            return refused(EtcdError.INVALID_AUTH_MANAGEMENT);
        }
        Role role = store.role(request.getName());
        if (role == null) {
            return refused(EtcdError.ROLE_NOT_FOUND);
        }
        List<Permission> permissions = new ArrayList<>(role.getKeyPermissionList());
        grant(permissions, permission);
        return changed(withPermissions(role, permissions), AuthRoleGrantPermissionResponse.getDefaultInstance());
    }

    private static boolean isRange(ByteString key, ByteString rangeEnd) {
        boolean ordered = rangeEnd.isEmpty() || Keys.isOpenEnd(rangeEnd) || Keys.ORDER.compare(key, rangeEnd) < 0;
        return !key.isEmpty() && ordered;
    }

    /** A range that is there gets the new type, but only if it is the first one with its key: etcd looks no further. */
    private static void grant(List<Permission> permissions, Permission permission) {
        int first = 0;
        while (first < permissions.size()
                && Keys.ORDER.compare(permissions.get(first).getKey(), permission.getKey()) < 0) {
            first++;
        }
        if (first < permissions.size()
                && isSameRange(permissions.get(first), permission.getKey(), permission.getRangeEnd())) {
            permissions.set(first, permission);
        } else {
            permissions.add(permission);
            permissions.sort(Comparator.comparing(Permission::getKey, Keys.ORDER));
        }
    }

    private static boolean isSameRange(Permission permission, ByteString key, ByteString rangeEnd) {
        return permission.getKey().equals(key) && permission.getRangeEnd().equals(rangeEnd);
    }

    private static Role withPermissions(Role role, List<Permission> permissions) {
        return role.toBuilder()
                .clearKeyPermission()
                .addAllKeyPermission(permissions)
                .build();
    }

    private Reply revokePermission(AuthRoleRevokePermissionRequest request) {
        Role role = store.role(request.getRole());
        if (role == null) {
            return refused(EtcdError.ROLE_NOT_FOUND);
        }
        List<Permission> permissions = new ArrayList<>(role.getKeyPermissionList());
        return permissions.removeIf(permission -> isSameRange(permission, request.getKey(), request.getRangeEnd()))
                ? changed(withPermissions(role, permissions), AuthRoleRevokePermissionResponse.getDefaultInstance())
                : refused(EtcdError.PERMISSION_NOT_GRANTED);
    }
}
