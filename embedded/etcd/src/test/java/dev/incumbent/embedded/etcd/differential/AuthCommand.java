package dev.incumbent.embedded.etcd.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.AlarmRequest;
import dev.incumbent.embedded.etcd.wire.AlarmRequest.AlarmAction;
import dev.incumbent.embedded.etcd.wire.AlarmType;
import dev.incumbent.embedded.etcd.wire.AuthDisableRequest;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleListRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleRevokePermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserListRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserRevokeRoleRequest;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.Compare;
import dev.incumbent.embedded.etcd.wire.DefragmentRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.HashKVRequest;
import dev.incumbent.embedded.etcd.wire.HashRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveRequest;
import dev.incumbent.embedded.etcd.wire.MoveLeaderRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.auth.Permission;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A request on behalf of a user, who signs in first.
 *
 * @param user his name; empty for nobody
 */
record AuthCommand(String user, Message request) {

    static final String ROOT = "root";
    static final String PASSWORD = "secret";
    /** Somebody who comes with a token that nobody gave him. */
    static final String FORGER = "forger";

    private static final List<String> USERS = List.of("u1", "u2", "u3");
    private static final List<String> ROLES = List.of("r1", "r2", "r3");
    private static final List<ByteString> KEYS = List.of(bytes("a"), bytes("b"), bytes("b/1"), bytes("c"), bytes("d"));

    private static final ByteString OPEN = ByteString.copyFrom(new byte[] {0});

    @Override
    public String toString() {
        return (user.isEmpty() ? "nobody" : user) + ": "
                + request.getDescriptorForType().getName() + " { " + Normaliser.line(request) + "}";
    }

    /**
     * Random ones; users and roles of root stay, so that a sequence can be undone.
     *
     * @param newer whether a server of 3.4 need not answer them, too: it shows everybody a lease's keys, has another reason for
     *     refused watches, gives no header with alarms, and refuses tokens that it does not know while it asks nobody for one
     */
    static List<AuthCommand> sequence(long seed, int length, boolean newer) {
        Random random = new Random(seed);
        List<AuthCommand> commands = new ArrayList<>();
        int enabling = length / 4;
        for (int i = 0; i < length; i++) {
            Message request = i == enabling ? AuthEnableRequest.getDefaultInstance() : request(random, i < enabling);
            String type = request.getDescriptorForType().getName();
            boolean administers = type.startsWith("Auth");
            String user = administers && random.nextInt(5) > 0
                    ? ROOT
                    : pick(
                            random,
                            List.of("", "", ROOT, "u1", "u1", "u2", "u2", "u3", "stranger", newer ? FORGER : ""));
            if (!newer && differsInOlder(request)) {
                request = AuthUserListRequest.getDefaultInstance();
            }
            commands.add(new AuthCommand(i < enabling ? "" : user, request));
        }
        return List.copyOf(commands);
    }

    private static boolean differsInOlder(Message request) {
        return request instanceof WatchCreateRequest
                || request instanceof AlarmRequest
                || (request instanceof LeaseTimeToLiveRequest look && look.getKeys());
    }

    private static Message request(Random random, boolean beforeEnabling) {
        int dice = random.nextInt(beforeEnabling ? 65 : 100);
        String user = pick(random, USERS);
        String role = random.nextInt(12) == 0 ? ROOT : pick(random, ROLES);
        if (dice < 12) {
            return AuthUserAddRequest.newBuilder()
                    .setName(random.nextInt(25) == 0 ? "" : user)
                    .setPassword(PASSWORD)
                    .build();
        } else if (dice < 24) {
            return AuthRoleAddRequest.newBuilder()
                    .setName(random.nextInt(25) == 0 ? "" : role)
                    .build();
        } else if (dice < 36) {
            return AuthUserGrantRoleRequest.newBuilder()
                    .setUser(user)
                    .setRole(role)
                    .build();
        } else if (dice < 50) {
            return AuthRoleGrantPermissionRequest.newBuilder()
                    .setName(role)
                    .setPerm(permission(random))
                    .build();
        } else if (dice < 60) {
            return look(random, user, role);
        } else if (dice < 70) {
            return takeAway(random, user, role);
        } else if (dice < 72) {
            return random.nextInt(3) == 0
                    ? AuthDisableRequest.getDefaultInstance()
                    : AuthEnableRequest.getDefaultInstance();
        }
        return dice < 92 ? data(random) : maintenance(random);
    }

    private static Message maintenance(Random random) {
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                CompactionRequest.newBuilder().setRevision(Symbols.START).build();
            case 2 -> MoveLeaderRequest.newBuilder().setTargetID(4711).build();
            case 3 -> HashRequest.getDefaultInstance();
            case 4 -> HashKVRequest.getDefaultInstance();
            case 5 -> random.nextInt(5) == 0 ? DefragmentRequest.getDefaultInstance() : alarm(AlarmAction.GET);
            // None is raised: while there is an alarm etcd asks nobody who he is.
            case 6 -> alarm(AlarmAction.GET);
            default -> alarm(AlarmAction.DEACTIVATE);
        };
    }

    static AlarmRequest alarm(AlarmAction action) {
        return AlarmRequest.newBuilder()
                .setAction(action)
                .setAlarm(AlarmType.NOSPACE)
                .setMemberID(7)
                .build();
    }

    private static Message look(Random random, String user, String role) {
        return switch (random.nextInt(4)) {
            case 0 -> AuthUserGetRequest.newBuilder().setName(user).build();
            case 1 -> AuthRoleGetRequest.newBuilder().setRole(role).build();
            case 2 -> AuthUserListRequest.getDefaultInstance();
            default -> AuthRoleListRequest.getDefaultInstance();
        };
    }

    private static Message takeAway(Random random, String user, String role) {
        String never = role.equals(ROOT) ? ROLES.get(0) : role;
        return switch (random.nextInt(5)) {
            case 0 -> AuthUserDeleteRequest.newBuilder().setName(user).build();
            case 1 -> AuthRoleDeleteRequest.newBuilder().setRole(never).build();
            case 2 ->
                AuthUserRevokeRoleRequest.newBuilder()
                        .setName(user)
                        .setRole(role)
                        .build();
            case 3 -> {
                Permission permission = permission(random);
                yield AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole(role)
                        .setKey(permission.getKey())
                        .setRangeEnd(permission.getRangeEnd())
                        .build();
            }
            default ->
                AuthUserChangePasswordRequest.newBuilder()
                        .setName(user)
                        .setPassword(random.nextInt(3) == 0 ? "other" : PASSWORD)
                        .build();
        };
    }

    private static Permission permission(Random random) {
        Permission.Builder permission =
                Permission.newBuilder().setPermTypeValue(random.nextInt(3)).setKey(pick(random, KEYS));
        return permission.setRangeEnd(rangeEnd(random, permission.getKey())).build();
    }

    private static Message data(Random random) {
        ByteString key = pick(random, KEYS);
        RangeRequest range = RangeRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(rangeEnd(random, key))
                .build();
        PutRequest put = PutRequest.newBuilder()
                .setKey(key)
                .setPrevKv(random.nextInt(3) == 0)
                .setLease(random.nextInt(4) == 0 ? 1 : 0)
                .build();
        DeleteRangeRequest delete = DeleteRangeRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(rangeEnd(random, key))
                .setPrevKv(random.nextBoolean())
                .build();
        return switch (random.nextInt(10)) {
            case 0, 1 -> range;
            case 2, 3 -> put;
            case 4 -> delete;
            case 5 ->
                TxnRequest.newBuilder()
                        .addCompare(
                                Compare.newBuilder().setKey(pick(random, KEYS)).setVersion(0))
                        // The old value of a Put in a Txn is shown by etcd to who may not read it, too.
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestPut(put.toBuilder().clearPrevKv()))
                        .addFailure(RequestOp.newBuilder().setRequestRange(range))
                        .addFailure(RequestOp.newBuilder().setRequestDeleteRange(delete))
                        .build();
            case 6 -> LeaseGrantRequest.newBuilder().setID(1).setTTL(1_000).build();
            case 7 ->
                LeaseTimeToLiveRequest.newBuilder()
                        .setID(1)
                        .setKeys(random.nextInt(3) > 0)
                        .build();
            case 8 -> watch(random, key);
            default -> LeaseRevokeRequest.newBuilder().setID(1).build();
        };
    }

    /** Not open-ended: etcd looks only at the first key of such a range. */
    private static Message watch(Random random, ByteString key) {
        ByteString end = rangeEnd(random, key);
        return WatchCreateRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(end.equals(OPEN) ? ByteString.EMPTY : end)
                .build();
    }

    private static ByteString rangeEnd(Random random, ByteString key) {
        return switch (random.nextInt(4)) {
            case 0 -> OPEN;
            case 1 -> {
                ByteString end = pick(random, KEYS);
                // Whether a range that ends before it begins is permitted depends on what else etcd has in its cache.
                yield ByteString.unsignedLexicographicalComparator().compare(end, key) > 0 ? end : ByteString.EMPTY;
            }
            default -> ByteString.EMPTY;
        };
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
