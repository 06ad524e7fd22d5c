package dev.incumbent.embedded.etcd.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.CommandResult;
import dev.incumbent.realservers.Etcdctl;
import dev.incumbent.realservers.RealEtcd;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users, roles and the switch, as an operator uses them; each run on a server of its own. */
@Tag("full")
abstract class EtcdctlAuthContractTest {

    /** A server of its own. */
    interface Server extends AutoCloseable {
        List<String> endpoints();

        @Override
        void close();
    }

    abstract Server start(String series);

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldGuardKeysOnceAuthIsEnabled(String series) {
        assumeTrue(RealEtcd.installation(series).isPresent(), RealEtcd.why());
        try (Server server = start(series)) {
            Etcdctl anybody = Etcdctl.of(RealEtcd.installation(series).orElseThrow(), server.endpoints());
            prepare(anybody);
            assertThat(anybody.run("auth", "enable").output()).isEqualTo("Authentication Enabled");
            Etcdctl root = anybody.with("--user=root:secret");
            Etcdctl reader = anybody.with("--user=reader:hunter2");

            guardsKeys(anybody, root, reader);

            assertThat(root.run("user", "list").output()).isEqualTo("reader\nroot");
            assertThat(root.run("user", "get", "reader").output()).isEqualTo("User: reader\nRoles: only-a");
            assertThat(root.run("role", "get", "only-a").output())
                    .contains("Role only-a")
                    .contains("[a/, a0) (prefix a/)");
            assertThat(root.run("auth", "disable").output()).isEqualTo("Authentication Disabled");
            assertThat(anybody.run("put", "b", "1").output()).isEqualTo("OK");
        }
    }

    private static void prepare(Etcdctl anybody) {
        CommandResult tooEarly = anybody.run("auth", "enable");
        assertThat(tooEarly.succeeded()).isFalse();
        assertThat(tooEarly.err()).contains("root user does not exist");
        assertThat(anybody.run("user", "add", "root:secret").output()).isEqualTo("User root created");
        assertThat(anybody.run("role", "add", "root").output()).isEqualTo("Role root created");
        assertThat(anybody.run("user", "grant-role", "root", "root").output())
                .isEqualTo("Role root is granted to user root");
        assertThat(anybody.run("user", "add", "reader:hunter2").output()).isEqualTo("User reader created");
        assertThat(anybody.run("user", "add", "reader:again").err()).contains("user name already exists");
        assertThat(anybody.run("role", "add", "only-a").output()).isEqualTo("Role only-a created");
        assertThat(anybody.run("role", "grant-permission", "--prefix", "only-a", "read", "a/")
                        .output())
                .isEqualTo("Role only-a updated");
        assertThat(anybody.run("user", "grant-role", "reader", "only-a").output())
                .isEqualTo("Role only-a is granted to user reader");
    }

    private static void guardsKeys(Etcdctl anybody, Etcdctl root, Etcdctl reader) {
        assertThat(root.run("put", "a/1", "x").output()).isEqualTo("OK");
        assertThat(reader.run("get", "a/1", "--print-value-only").output()).isEqualTo("x");
        assertThat(reader.run("put", "a/1", "y").err()).contains("permission denied");
        assertThat(reader.run("get", "b").err()).contains("permission denied");
        assertThat(anybody.run("get", "a/1").err()).contains("user name is empty");
        assertThat(anybody.with("--user=reader:wrong").run("get", "a/1").err())
                .contains("authentication failed, invalid user ID or password");
        assertThat(reader.run("user", "list").err()).contains("permission denied");
    }
}
