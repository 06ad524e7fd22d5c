package dev.incumbent.embedded.etcd;

import static dev.incumbent.embedded.etcd.EtcdClient.bytes;
import static dev.incumbent.embedded.etcd.EtcdClient.statusOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.wire.AuthDisableRequest;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthStatusRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserListRequest;
import dev.incumbent.embedded.etcd.wire.AuthenticateRequest;
import dev.incumbent.embedded.etcd.wire.DefragmentRequest;
import dev.incumbent.embedded.etcd.wire.HashRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveRequest;
import dev.incumbent.embedded.etcd.wire.MoveLeaderRequest;
import dev.incumbent.embedded.etcd.wire.WatchRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import dev.incumbent.embedded.etcd.wire.auth.Permission;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One cluster; root may do everything, ann reads and writes below {@code ann/}. */
class AuthTest {

    @RegisterExtension
    static final EtcdExtension ETCD = EtcdExtension.cluster(3);

    private final EmbeddedEtcd etcd = ETCD.get();
    private final EtcdClient root = new EtcdClient(etcd.endpoint(1));
    private final EtcdClient ann = new EtcdClient(etcd.endpoint(2));
    private final EtcdClient nobody = new EtcdClient(etcd.endpoint(3));

    @BeforeEach
    void enable() {
        if (root.auth().authStatus(AuthStatusRequest.getDefaultInstance()).getAuthRevision() < 3) {
            addUser("root", "root's");
            addUser("ann", "ann's");
            done(root.auth()
                    .roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build()));
            done(root.auth()
                    .roleAdd(AuthRoleAddRequest.newBuilder().setName("ann").build()));
            grantRole("root", "root");
            grantRole("ann", "ann");
            done(root.auth()
                    .roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                            .setName("ann")
                            .setPerm(Permission.newBuilder()
                                    .setPermType(Permission.Type.READWRITE)
                                    .setKey(bytes("ann/"))
                                    .setRangeEnd(bytes("ann0")))
                            .build()));
        }
        done(root.auth().authEnable(AuthEnableRequest.getDefaultInstance()));
        root.token(signIn(root, "root", "root's"));
        ann.token(signIn(ann, "ann", "ann's"));
    }

    @AfterEach
    void disable() {
        root.token(signIn(root, "root", "root's"));
        done(root.auth().authDisable(AuthDisableRequest.getDefaultInstance()));
        root.close();
        ann.close();
        nobody.close();
    }

    @Test
    void shouldLetEachDoWhatItMay() {
        assertThat(statusOf(() -> ann.put("ann/a", "")).isOk()).isTrue();
        assertThat(ann.get("ann/a")).contains("");
        assertRefused(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied", () -> ann.put("bob/a", ""));
        assertRefused(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied", () -> ann.get("bob/a"));
        assertThat(statusOf(() -> root.put("bob/a", "")).isOk()).isTrue();
        assertRefused(
                Status.Code.UNKNOWN,
                "auth: permission denied",
                () -> done(ann.maintenance().defragment(DefragmentRequest.getDefaultInstance())));
        assertThat(root.auth()
                        .userList(AuthUserListRequest.getDefaultInstance())
                        .getUsersList())
                .contains("ann", "root");
        assertThat(ann.auth()
                        .userGet(AuthUserGetRequest.newBuilder().setName("ann").build())
                        .getRolesList())
                .containsExactly("ann");
    }

    @Test
    void shouldRefuseWhoDoesNotSayWhoItIs() {
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty", () -> nobody.put("ann/a", ""));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty", () -> nobody.get("ann/a"));
        assertRefused(
                Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty", () -> done(nobody.timeToLive(4711)));
    }

    @Test
    void shouldRefuseWhatIsNoToken() {
        String token = signIn(ann, "ann", "ann's");
        for (String wrong : List.of("", "x", "a.b.c.d", token + "x", "x" + token)) {
            nobody.token(wrong);
            assertRefused(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> nobody.put("ann/a", ""));
            assertRefused(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> nobody.get("ann/a"));
        }
    }

    @Test
    void shouldAskForATokenOnlyWhereEtcdDoes() {
        nobody.token("wrong");
        long lease = root.grant(60);
        assertThat(nobody.lease()
                        .leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
                        .getGrantedTTL())
                .isEqualTo(60);
        assertRefused(
                Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> done(nobody.timeToLive(lease)));
        assertRefused(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> done(nobody.grant(60)));
        assertRefused(
                Status.Code.UNKNOWN,
                "auth: invalid auth token",
                () -> done(nobody.maintenance().hash(HashRequest.getDefaultInstance())));
        int leader = etcd.awaitLeader(Duration.ofSeconds(10));
        try (EtcdClient atLeader = new EtcdClient(etcd.endpoint(leader)).token("wrong")) {
            assertRefused(
                    Status.Code.FAILED_PRECONDITION,
                    "etcdserver: bad leader transferee",
                    () -> done(atLeader.maintenance()
                            .moveLeader(MoveLeaderRequest.newBuilder()
                                    .setTargetID(4711)
                                    .build())));
        }
    }

    @Test
    void shouldRefuseAWrongPassword() {
        for (String user : List.of("ann", "eve")) {
            assertRefused(
                    Status.Code.INVALID_ARGUMENT,
                    "etcdserver: authentication failed, invalid user ID or password",
                    () -> signIn(nobody, user, "wrong"));
        }
    }

    @Test
    void shouldHonourATokenOnEveryNode() {
        String token = signIn(ann, "ann", "ann's");
        for (int node : etcd.nodes()) {
            try (EtcdClient client = new EtcdClient(etcd.endpoint(node)).token(token)) {
                assertThat(statusOf(() -> client.put("ann/" + node, "")).isOk()).isTrue();
                assertThat(client.getLocally("ann/" + node)).isPresent();
            }
        }
    }

    @Test
    void shouldForgetTokensWhenThePasswordChanges() {
        done(root.auth()
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("ann")
                        .setPassword("another")
                        .build()));
        Awaitility.await()
                .untilAsserted(() -> assertRefused(
                        Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> ann.get("ann/a")));
        ann.token(signIn(ann, "ann", "another"));
        assertThat(statusOf(() -> ann.get("ann/a")).isOk()).isTrue();
        done(root.auth()
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("ann")
                        .setPassword("ann's")
                        .build()));
    }

    @Test
    void shouldNotSignInWhileItIsOff() {
        done(root.auth().authDisable(AuthDisableRequest.getDefaultInstance()));
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: authentication is not enabled",
                () -> signIn(ann, "ann", "ann's"));
        // A token that came along is of no interest then.
        assertThat(statusOf(() -> nobody.token("x").get("bob/a")).isOk()).isTrue();
        nobody.token("");
        done(root.auth().authEnable(AuthEnableRequest.getDefaultInstance()));
    }

    @Test
    void shouldWatchOnlyWhatMayBeRead() throws Exception {
        Stream<WatchRequest, WatchResponse> watch = Stream.watch(ann);
        watch.send(Stream.watching(Stream.key("bob/a")));
        watch.send(Stream.watching(Stream.prefix("ann/")));
        WatchResponse refused = watch.next();
        assertThat(refused.getCreated()).isTrue();
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getWatchId()).isEqualTo(-1);
        assertThat(refused.getCancelReason())
                .isEqualTo("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
        assertThat(watch.next().getCanceled()).isFalse();
        root.put("ann/watched", "");
        assertThat(watch.next().getEventsCount()).isEqualTo(1);
    }

    @Test
    void shouldKeepLeasesAliveWithoutMuchAdo() throws Exception {
        long lease = ann.grant(60);
        Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = Stream.keepAlive(ann);
        stream.send(Stream.renew(lease));
        assertThat(stream.next().getTTL()).isEqualTo(60);
    }

    private void addUser(String name, String password) {
        done(root.auth()
                .userAdd(AuthUserAddRequest.newBuilder()
                        .setName(name)
                        .setPassword(password)
                        .build()));
    }

    private void grantRole(String user, String role) {
        done(root.auth()
                .userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser(user)
                        .setRole(role)
                        .build()));
    }

    private static String signIn(EtcdClient client, String user, String password) {
        return client.auth()
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build())
                .getToken();
    }

    private static void assertRefused(Status.Code code, String text, Runnable call) {
        Status status = statusOf(call);
        assertThat(status.getCode()).as("%s", status).isEqualTo(code);
        assertThat(status.getDescription()).isEqualTo(text);
    }

    private static void done(Object response) {
        assertThat(response).isNotNull();
    }
}
