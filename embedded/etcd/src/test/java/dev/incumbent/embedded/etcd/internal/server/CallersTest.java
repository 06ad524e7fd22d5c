package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Passwords;
import dev.incumbent.embedded.etcd.wire.AuthDisableRequest;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.RaftNode;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who a call is from, and how long a token says so; the clock is the test's. */
class CallersTest {

    private static final byte[] SALT = new byte[16];
    private static final String INVALID = "UNAUTHENTICATED: etcdserver: invalid auth token";

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final LocalNode node = new LocalNode();
    private final AtomicLong now = new AtomicLong(77);
    private final TokenSecret secret = new TokenSecret();
    private final Callers callers = member();
    private final long ttl = TestSettings.settings().tokenTtl().toNanos();

    private Callers member() {
        Backend backend = new Backend(node, new Identity(1, List.of(2L)), TestSettings.settings(), timer);
        Callers member = new Callers(backend, secret, now::get);
        member.applied(node.machine());
        node.addListener(new RaftNode.Listener<>() {
            @Override
            public void applied(EtcdMachine machine, long index) {
                member.applied(machine);
            }
        });
        return member;
    }

    @BeforeEach
    void enable() {
        addUser("root");
        addUser("ann");
        apply(Command.newBuilder().setRoleAdd(AuthRoleAddRequest.newBuilder().setName("root")));
        apply(Command.newBuilder()
                .setUserGrantRole(
                        AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root")));
        apply(Command.newBuilder().setAuthEnable(AuthEnableRequest.getDefaultInstance()));
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private void addUser(String name) {
        apply(Command.newBuilder()
                .setUserAdd(AuthUserAddRequest.newBuilder()
                        .setName(name)
                        .setHashedPassword(Passwords.hash(name + "'s", SALT))));
    }

    private void apply(Command.Builder command) {
        long revision = node.machine().auth().revision();
        boolean enabled = node.machine().auth().enabled();
        node.apply(Callers.sign(command, enabled ? new Caller("root", revision) : Caller.NOBODY));
    }

    private String token(String user) {
        return callers.issue(user, node.machine().auth().credentials(user));
    }

    /** The user that a call is taken for, or the refusal. */
    private static String user(Callers member, @Nullable String token, @Nullable String commonName) {
        try {
            return Context.current()
                    .withValue(Callers.PRESENTED, new Callers.Presented(token, commonName))
                    .call(() -> member.current().join().user());
        } catch (CompletionException e) {
            return e.getCause() instanceof StatusRuntimeException refused
                    ? refused.getStatus().getCode() + ": " + refused.getStatus().getDescription()
                    : e.toString();
        } catch (Exception e) {
            return e.toString();
        }
    }

    @Test
    void shouldTakeTheTokensWordBeforeTheCertificates() {
        assertThat(user(callers, token("ann"), "root")).isEqualTo("ann");
        assertThat(user(callers, null, "root")).isEqualTo("root");
        assertThat(user(callers, null, null)).isEmpty();
        assertThat(user(callers, "x", "root")).isEqualTo(INVALID);
    }

    @Test
    void shouldForgetATokenThatIsNotUsedAndKeepOneThatIs() {
        String used = token("ann");
        String unused = token("ann");
        for (int i = 0; i < 4; i++) {
            now.addAndGet(ttl / 2);
            assertThat(user(callers, used, null)).isEqualTo("ann");
        }
        assertThat(user(callers, unused, null)).isEqualTo(INVALID);
        now.addAndGet(ttl);
        assertThat(user(callers, used, null)).isEqualTo(INVALID);
    }

    @Test
    void shouldKnowTheTokensOfOtherMembersAndNotThoseOfOtherClusters() {
        assertThat(user(member(), token("ann"), null)).isEqualTo("ann");
        String foreign = new TokenSecret()
                .issue(
                        "ann",
                        node.machine().auth().credentials("ann").passwordHash().orElseThrow(),
                        node.machine().auth().revision(),
                        now.get());
        assertThat(user(callers, foreign, null)).isEqualTo(INVALID);
    }

    @Test
    void shouldForgetTheTokensOfAUserWhoWasDeletedEvenIfThereIsOneOfThatNameAgain() {
        String token = token("ann");
        assertThat(user(callers, token, null)).isEqualTo("ann");
        apply(Command.newBuilder()
                .setUserDelete(AuthUserDeleteRequest.newBuilder().setName("ann")));
        assertThat(user(callers, token, null)).isEqualTo(INVALID);
        byte[] otherSalt = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
        apply(Command.newBuilder()
                .setUserAdd(AuthUserAddRequest.newBuilder()
                        .setName("ann")
                        .setHashedPassword(Passwords.hash("ann's", otherSalt))));
        assertThat(user(callers, token, null)).isEqualTo(INVALID);
        assertThat(user(callers, token("ann"), null)).isEqualTo("ann");
    }

    /** What etcd's tokens carry an index for. */
    @Test
    void shouldCatchUpBeforeItRefusesATokenThatIsNewerThanWhatItKnows() {
        String hash = Passwords.hash("another", SALT);
        AuthUserChangePasswordRequest change = AuthUserChangePasswordRequest.newBuilder()
                .setName("ann")
                .setHashedPassword(hash)
                .build();
        long revision = node.machine().auth().revision();
        node.lag(Callers.sign(Command.newBuilder().setUserChangePassword(change), new Caller("root", revision)));
        String fresh = secret.issue("ann", hash, revision + 1, now.get());
        String old = token("ann");
        assertThat(user(callers, fresh, null)).isEqualTo("ann");
        assertThat(user(callers, old, null)).isEqualTo(INVALID);
    }

    @Test
    void shouldForgetAllTokensWhenItIsSwitchedOff() {
        String before = token("ann");
        assertThat(user(callers, before, null)).isEqualTo("ann");
        apply(Command.newBuilder().setAuthDisable(AuthDisableRequest.getDefaultInstance()));
        apply(Command.newBuilder().setAuthEnable(AuthEnableRequest.getDefaultInstance()));
        assertThat(user(callers, before, null)).isEqualTo(INVALID);
        assertThat(user(member(), before, null)).isEqualTo(INVALID);
        assertThat(user(callers, token("ann"), null)).isEqualTo("ann");
    }

    @Test
    void shouldAskNobodyWhileItIsOff() {
        apply(Command.newBuilder().setAuthDisable(AuthDisableRequest.getDefaultInstance()));
        assertThat(user(callers, "x", "root")).isEmpty();
    }
}
