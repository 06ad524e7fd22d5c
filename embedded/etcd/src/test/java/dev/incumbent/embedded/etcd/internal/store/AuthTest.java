package dev.incumbent.embedded.etcd.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.AuthDisableRequest;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RequestOp;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.auth.Permission;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.ExpireLeases;
import dev.incumbent.embedded.etcd.wire.command.ExpiredLease;
import dev.incumbent.embedded.etcd.wire.command.GrantLease;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command meets whose caller was let in earlier, by another state; and passwords. {@link RulesTest} has the rest. */
class AuthTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    private final EtcdMachine machine = new EtcdMachine();
    private long index;

    @BeforeEach
    void enableAuthentication() {
        apply(
                Caller.NOBODY,
                Command.newBuilder().setUserAdd(AuthUserAddRequest.newBuilder().setName("root")));
        apply(
                Caller.NOBODY,
                Command.newBuilder()
                        .setUserGrantRole(AuthUserGrantRoleRequest.newBuilder()
                                .setUser("root")
                                .setRole("root")));
        apply(
                Caller.NOBODY,
                Command.newBuilder().setUserAdd(AuthUserAddRequest.newBuilder().setName("u")));
        apply(
                Caller.NOBODY,
                Command.newBuilder().setRoleAdd(AuthRoleAddRequest.newBuilder().setName("r")));
        apply(
                Caller.NOBODY,
                Command.newBuilder()
                        .setRoleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                                .setName("r")
                                .setPerm(Permission.newBuilder()
                                        .setPermType(Permission.Type.READWRITE)
                                        .setKey(KEY))));
        apply(
                Caller.NOBODY,
                Command.newBuilder()
                        .setUserGrantRole(AuthUserGrantRoleRequest.newBuilder()
                                .setUser("u")
                                .setRole("r")));
        apply(Caller.NOBODY, Command.newBuilder().setAuthEnable(AuthEnableRequest.getDefaultInstance()));
        assertThat(machine.auth().enabled()).isTrue();
    }

    private Reply apply(Caller caller, Command.Builder command) {
        return machine.apply(
                ++index,
                1,
                command.setUser(caller.user())
                        .setAuthRevision(caller.authRevision())
                        .build());
    }

    private Caller caller(String user) {
        return new Caller(user, machine.auth().revision());
    }

    private static Command.Builder put(ByteString key) {
        return Command.newBuilder().setPut(PutRequest.newBuilder().setKey(key));
    }

    private void assertRefused(Reply reply, EtcdError error) {
        assertThat(reply).isEqualTo(new Reply.Refused(error, machine.revision()));
    }

    @Test
    void shouldRefuseACallerWhoseRightsMayHaveChanged() {
        Caller before = caller("u");
        assertThat(apply(before, put(KEY))).isInstanceOf(Reply.Ok.class);
        apply(
                caller("root"),
                Command.newBuilder().setRoleAdd(AuthRoleAddRequest.newBuilder().setName("other")));
        assertRefused(apply(before, put(KEY)), EtcdError.AUTH_OLD_REVISION);
        assertThat(apply(caller("u"), put(KEY))).isInstanceOf(Reply.Ok.class);
    }

    @Test
    void shouldRefuseACallerWhoWasDeleted() {
        Caller root = caller("root");
        apply(
                root,
                Command.newBuilder()
                        .setUserDelete(AuthUserDeleteRequest.newBuilder().setName("u")));
        assertRefused(apply(caller("u"), put(KEY)), EtcdError.PERMISSION_DENIED);
    }

    @Test
    void shouldRefuseACallerWhoCameWithoutAToken() {
        assertRefused(apply(Caller.NOBODY, put(KEY)), EtcdError.USER_EMPTY);
    }

    /** Overlooked by etcd up to 3.5.16. */
    @Test
    void shouldLookIntoNestedTxns() {
        TxnRequest inner = TxnRequest.newBuilder()
                .addFailure(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("other"))))
                .build();
        TxnRequest outer = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestTxn(inner))
                .build();
        assertRefused(apply(caller("u"), Command.newBuilder().setTxn(outer)), EtcdError.PERMISSION_DENIED);
    }

    @Test
    void shouldExpireLeasesOnNobodysBehalf() {
        Command.Builder grant = Command.newBuilder()
                .setGrantLease(GrantLease.newBuilder().setId(1).setTtlSeconds(60));
        assertThat(apply(caller("u"), grant)).isInstanceOf(Reply.Ok.class);
        long grantedIndex = machine.lease(1).orElseThrow().grantedIndex();
        apply(
                caller("u"),
                Command.newBuilder().setPut(PutRequest.newBuilder().setKey(KEY).setLease(1)));
        long changes = machine.leaseChanges();
        apply(
                Caller.NOBODY,
                Command.newBuilder()
                        .setExpireLeases(ExpireLeases.newBuilder()
                                .setTerm(1)
                                .addLeases(ExpiredLease.newBuilder().setId(1).setGrantedIndex(grantedIndex))));
        assertThat(machine.leases()).isEmpty();
        assertThat(machine.leaseChanges()).isGreaterThan(changes);
        assertThat(machine.revision()).isEqualTo(3);
    }

    @Test
    void shouldAskNobodyWhenItIsOffAgain() {
        apply(caller("root"), Command.newBuilder().setAuthDisable(AuthDisableRequest.getDefaultInstance()));
        assertThat(apply(Caller.NOBODY, put(KEY))).isInstanceOf(Reply.Ok.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret", "gr\u00fc\u00df Gott", "a$b$c"})
    void shouldKnowAPasswordByItsHash(String password) {
        String hash = Passwords.hash(password, new byte[16]);
        assertThat(hash.contains("secret")).isFalse();
        assertThat(Passwords.matches(password, hash)).isTrue();
        assertThat(Passwords.matches(password + "x", hash)).isFalse();
        assertThat(Passwords.hash(password, new byte[] {1, 2})).isNotEqualTo(hash);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "$$", "x$y$z", "10000$AAAA", "plain", "0$AAAA$AAAA", "999999999999$AAAA$AAAA"})
    void shouldMatchNothingWithWhatIsNoHash(String hash) {
        assertThat(Passwords.matches("", hash)).isFalse();
        assertThat(Passwords.matches(hash, hash)).isFalse();
    }
}
