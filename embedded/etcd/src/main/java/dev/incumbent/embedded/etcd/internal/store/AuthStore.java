package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.AuthRoleGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGetResponse;
import dev.incumbent.embedded.etcd.wire.AuthRoleListResponse;
import dev.incumbent.embedded.etcd.wire.AuthStatusResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGetResponse;
import dev.incumbent.embedded.etcd.wire.AuthUserListResponse;
import dev.incumbent.embedded.etcd.wire.auth.Permission;
import dev.incumbent.embedded.etcd.wire.auth.Role;
import dev.incumbent.embedded.etcd.wire.auth.User;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Users, roles, and what they may do. Confined to the raft node's thread, like {@link EtcdMachine}.
 *
 * <p>Its revision, unlike that of the keys, grows with every change of users and roles. A token is bound to the revision it was
 * issued at, so that no request that was checked against older rights gets through.
 */
public final class AuthStore {

    static final String ROOT = "root";

    private final SortedMap<String, User> users = new TreeMap<>(Keys.NAME_ORDER);
    private final SortedMap<String, Role> roles = new TreeMap<>(Keys.NAME_ORDER);
    private final Map<String, Rights> rightsByUser = new HashMap<>();
    private final LongSupplier storeRevision;
    private boolean enabled;
    private long revision = 1;

    private record Rights(PermittedRanges read, PermittedRanges write) {}

    AuthStore(LongSupplier storeRevision) {
        this.storeRevision = storeRevision;
    }

    /**
     * Whether requests have to come from a user.
     *
     * @return false at first
     */
    public boolean enabled() {
        return enabled;
    }

    /**
     * Grows with every change of users and roles.
     *
     * @return at least 1
     */
    public long revision() {
        return revision;
    }

    /**
     * Whether the caller may read a range; for watches, which are not otherwise checked.
     *
     * @param caller who asks
     * @param key the range's first key
     * @param rangeEnd its end, as in a request
     * @return why not
     */
    public Optional<EtcdError> checkRange(Caller caller, ByteString key, ByteString rangeEnd) {
        return check(caller, key, rangeEnd, Permission.Type.READ);
    }

    Optional<EtcdError> checkWrite(Caller caller, ByteString key, ByteString rangeEnd) {
        return check(caller, key, rangeEnd, Permission.Type.WRITE);
    }

    private Optional<EtcdError> check(Caller caller, ByteString key, ByteString rangeEnd, Permission.Type type) {
        if (!enabled) {
            return Optional.empty();
        }
        if (caller.authRevision() == 0) {
            return Optional.of(EtcdError.USER_EMPTY);
        }
        if (caller.authRevision() < revision) {
            return Optional.of(EtcdError.AUTH_OLD_REVISION);
        }
        User user = users.get(caller.user());
        if (user == null) {
            return Optional.of(EtcdError.PERMISSION_DENIED);
        }
        if (isRoot(user)) {
            return Optional.empty();
        }
        Rights rights = rightsByUser.computeIfAbsent(caller.user(), name -> rightsOf(user));
        PermittedRanges ranges = type == Permission.Type.READ ? rights.read : rights.write;
        return ranges.cover(key, rangeEnd) ? Optional.empty() : Optional.of(EtcdError.PERMISSION_DENIED);
    }

    private Rights rightsOf(User user) {
        Rights rights = new Rights(new PermittedRanges(), new PermittedRanges());
        for (String name : user.getRolesList()) {
            Role role = roles.getOrDefault(name, Role.getDefaultInstance());
            for (Permission permission : role.getKeyPermissionList()) {
                if (permission.getPermType() != Permission.Type.WRITE) {
                    rights.read.add(permission);
                }
                if (permission.getPermType() != Permission.Type.READ) {
                    rights.write.add(permission);
                }
            }
        }
        rights.read.sort();
        rights.write.sort();
        return rights;
    }

    private static boolean isRoot(User user) {
        return user.getRolesList().contains(ROOT);
    }

    /**
     * Whether the caller may do what only root may: users and roles, hashes, defragmentation.
     *
     * @param caller who asks
     * @return why not
     */
    public Optional<EtcdError> checkAdmin(Caller caller) {
        if (!enabled) {
            return Optional.empty();
        }
        if (caller.user().isEmpty()) {
            return Optional.of(EtcdError.USER_EMPTY);
        }
        User user = users.get(caller.user());
        if (user == null) {
            return Optional.of(EtcdError.USER_NOT_FOUND);
        }
        return isRoot(user) ? Optional.empty() : Optional.of(EtcdError.PERMISSION_DENIED);
    }

    /**
     * What is needed to check a password: to be read on the node's thread and used on another, since that takes time. A token
     * may be issued if {@link #revision} is still {@link Credentials#authRevision} afterwards; otherwise check again.
     *
     * @param user the user's name
     * @return to be asked {@link Credentials#check}
     */
    public Credentials credentials(String user) {
        User found = users.get(user);
        if (found == null) {
            return new Credentials(enabled, false, Optional.empty(), revision);
        }
        return new Credentials(
                enabled,
                found.getOptions().getNoPassword(),
                Optional.of(found.getPassword().toStringUtf8()),
                revision);
    }

    /**
     * Whether authentication is on.
     *
     * @param caller who asks
     * @return an AuthStatusResponse, or why not
     */
    public Reply status(Caller caller) {
        return checkAdmin(caller)
                .map(this::refused)
                .orElseGet(() -> new Reply.Ok(
                        AuthStatusResponse.newBuilder()
                                .setEnabled(enabled)
                                .setAuthRevision(revision)
                                .build(),
                        storeRevision.getAsLong()));
    }

    /**
     * A user's roles; users may ask for their own.
     *
     * @param request which user
     * @param caller who asks
     * @return an AuthUserGetResponse, or why not
     */
    public Reply userGet(AuthUserGetRequest request, Caller caller) {
        Optional<EtcdError> error = checkAdmin(caller);
        if (error.isPresent() && !request.getName().equals(caller.user())) {
            return refused(error.get());
        }
        User user = users.get(request.getName());
        return user == null
                ? refused(EtcdError.USER_NOT_FOUND)
                : new Reply.Ok(
                        AuthUserGetResponse.newBuilder()
                                .addAllRoles(user.getRolesList())
                                .build(),
                        storeRevision.getAsLong());
    }

    /**
     * All users.
     *
     * @param caller who asks
     * @return an AuthUserListResponse, or why not
     */
    public Reply userList(Caller caller) {
        return checkAdmin(caller)
                .map(this::refused)
                .orElseGet(() -> new Reply.Ok(
                        AuthUserListResponse.newBuilder()
                                .addAllUsers(users.keySet())
                                .build(),
                        storeRevision.getAsLong()));
    }

    /**
     * A role's permissions; users may ask for roles that they have.
     *
     * @param request which role
     * @param caller who asks
     * @return an AuthRoleGetResponse, or why not
     */
    public Reply roleGet(AuthRoleGetRequest request, Caller caller) {
        Optional<EtcdError> error = checkAdmin(caller);
        User user = users.get(caller.user());
        if (error.isPresent() && (user == null || !user.getRolesList().contains(request.getRole()))) {
            return refused(error.get());
        }
        Role role = roles.get(request.getRole());
        return role == null
                ? refused(EtcdError.ROLE_NOT_FOUND)
                : new Reply.Ok(
                        AuthRoleGetResponse.newBuilder()
                                .addAllPerm(role.getKeyPermissionList())
                                .build(),
                        storeRevision.getAsLong());
    }

    /**
     * All roles.
     *
     * @param caller who asks
     * @return an AuthRoleListResponse, or why not
     */
    public Reply roleList(Caller caller) {
        return checkAdmin(caller)
                .map(this::refused)
                .orElseGet(() -> new Reply.Ok(
                        AuthRoleListResponse.newBuilder()
                                .addAllRoles(roles.keySet())
                                .build(),
                        storeRevision.getAsLong()));
    }

    private Reply refused(EtcdError error) {
        return new Reply.Refused(error, storeRevision.getAsLong());
    }

    @Nullable
    User user(String name) {
        return users.get(name);
    }

    @Nullable
    Role role(String name) {
        return roles.get(name);
    }

    Iterable<User> users() {
        return users.values();
    }

    Iterable<Role> roles() {
        return roles.values();
    }

    /** Whether the user that etcd cannot do without is there and may do everything. */
    Optional<EtcdError> checkRoot() {
        User root = users.get(ROOT);
        if (root == null) {
            return Optional.of(EtcdError.ROOT_USER_MISSING);
        }
        return isRoot(root) ? Optional.empty() : Optional.of(EtcdError.ROOT_ROLE_MISSING);
    }

    void enable(boolean on) {
        enabled = on;
    }

    void put(User user) {
        users.put(user.getName().toStringUtf8(), user);
        rightsByUser.clear();
    }

    void put(Role role) {
        roles.put(role.getName().toStringUtf8(), role);
        rightsByUser.clear();
    }

    void removeUser(String name) {
        users.remove(name);
        rightsByUser.clear();
    }

    void removeRole(String name) {
        roles.remove(name);
        rightsByUser.clear();
    }

    void advance() {
        revision++;
    }

    void restore(boolean restoredEnabled, long restoredRevision) {
        enabled = restoredEnabled;
        revision = restoredRevision;
    }
}
