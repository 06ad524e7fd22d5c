package dev.incumbent.embedded.etcd.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.AlarmRequest;
import dev.incumbent.embedded.etcd.wire.AlarmType;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.auth.Permission;
import dev.incumbent.embedded.etcd.wire.command.Command;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotTest {

    private final EtcdMachine machine = new EtcdMachine();
    private long index;

    /** Ways in which what is restored may not be what was written. */
    private static Stream<Named<Consumer<List<byte[]>>>> damages() {
        return Stream.of(
                Named.of("nothing at all", List::clear),
                Named.of("a part is missing", parts -> parts.remove(1)),
                Named.of("the last part is missing", parts -> parts.remove(parts.size() - 1)),
                Named.of("parts are swapped", parts -> parts.add(parts.remove(0))),
                Named.of("something else", parts -> parts.set(0, new byte[100])),
                Named.of("a part is empty", parts -> parts.set(0, new byte[0])),
                Named.of(
                        "a later format", parts -> ByteBuffer.wrap(parts.get(0)).putInt(4, Snapshots.FORMAT + 1)),
                Named.of("a bit has turned", parts -> parts.get(1)[1000] ^= 4),
                Named.of("a part is cut", parts -> parts.set(1, Arrays.copyOf(parts.get(1), 1000))));
    }

    private void apply(Command.Builder command) {
        assertThat(machine.apply(++index, 1, command.build())).isInstanceOf(Reply.Ok.class);
    }

    private void put(String key, ByteString value) {
        apply(Command.newBuilder()
                .setPut(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(value)));
    }

    private void fill() {
        ByteString value = ByteString.copyFrom(new byte[1000]);
        for (int i = 0; i < 300; i++) {
            put("key" + i % 100, value);
        }
    }

    @ParameterizedTest
    @MethodSource("damages")
    void shouldRefuseWhatItDidNotWrite(Consumer<List<byte[]>> damage) {
        fill();
        int before = machine.hash();
        List<byte[]> parts = new ArrayList<>();
        machine.snapshot().forEach(part -> parts.add(part.clone()));
        assertThat(parts).hasSizeGreaterThan(2);
        damage.accept(parts);

        assertThatThrownBy(() -> machine.restore(index, parts)).isInstanceOf(IllegalArgumentException.class);
        assertThat(machine.hash()).as("the state is as before").isEqualTo(before);
    }

    @Test
    void shouldWritePartsOfAModestSize() {
        fill();
        assertThat(machine.snapshot()).allSatisfy(part -> assertThat(part).hasSizeLessThan(256 << 10));
    }

    @Test
    void shouldKeepAValueThatIsLargerThanAPart() {
        put("large", ByteString.copyFrom(new byte[1 << 20]));
        put("small", ByteString.EMPTY);
        assertRestores();
    }

    @Test
    void shouldKeepUsersRolesAndAlarms() {
        apply(Command.newBuilder()
                .setUserAdd(AuthUserAddRequest.newBuilder().setName("root").setHashedPassword("hash")));
        apply(Command.newBuilder().setRoleAdd(AuthRoleAddRequest.newBuilder().setName("r")));
        apply(Command.newBuilder()
                .setRoleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                        .setName("r")
                        .setPerm(Permission.newBuilder().setKey(ByteString.copyFromUtf8("k")))));
        apply(Command.newBuilder()
                .setUserGrantRole(
                        AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root")));
        apply(Command.newBuilder().setAuthEnable(AuthEnableRequest.getDefaultInstance()));
        apply(Command.newBuilder()
                .setUser("root")
                .setAuthRevision(machine.auth().revision())
                .setAlarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setMemberID(-1)
                        .setAlarm(AlarmType.NOSPACE)));

        EtcdMachine restored = assertRestores();
        assertThat(restored.auth().enabled()).isTrue();
        assertThat(restored.auth().revision()).isEqualTo(5);
        assertThat(restored.auth().credentials("root").passwordHash()).contains("hash");
        assertThat(restored.alarms()).isEqualTo(machine.alarms()).hasSize(1);
    }

    @Test
    void shouldReplaceWhatWasThere() {
        EtcdMachine other = new EtcdMachine();
        List<byte[]> empty = other.snapshot();
        fill();
        long changes = machine.leaseChanges();
        machine.restore(1, empty);
        assertThat(machine.revision()).isEqualTo(1);
        assertThat(machine.hash()).isEqualTo(other.hash());
        assertThat(machine.leaseChanges())
                .as("leases have to be looked at anew")
                .isGreaterThan(changes);
    }

    private EtcdMachine assertRestores() {
        EtcdMachine restored = new EtcdMachine();
        restored.restore(index, machine.snapshot());
        assertThat(restored.hash()).isEqualTo(machine.hash());
        assertThat(restored.changes(0, Integer.MAX_VALUE)).isEqualTo(machine.changes(0, Integer.MAX_VALUE));
        return restored;
    }
}
