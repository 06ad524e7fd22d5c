package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.AlarmMember;
import dev.incumbent.embedded.etcd.wire.auth.Role;
import dev.incumbent.embedded.etcd.wire.auth.User;
import dev.incumbent.embedded.etcd.wire.snapshot.AuthState;
import dev.incumbent.embedded.etcd.wire.snapshot.LeaseState;
import dev.incumbent.embedded.etcd.wire.snapshot.SnapshotItem;
import dev.incumbent.embedded.etcd.wire.snapshot.StoreState;
import java.util.List;

/** Everything that is replicated, and what works on it. */
final class MachineState {

    final KeyValueStore store = new KeyValueStore();
    final LeaseTable leases = new LeaseTable();
    final AuthStore auth = new AuthStore(store::revision);
    final AlarmTable alarms = new AlarmTable();
    final RangeReader reader = new RangeReader(store);
    final Operations operations = new Operations(store, leases, reader);
    final PermissionChecks permissions = new PermissionChecks(auth, leases);
    final AuthCommands authCommands = new AuthCommands(auth, store::revision);
    final History history = new History(store);

    /** Writes it down, in the order that the protocol file prescribes. */
    List<byte[]> write() {
        Snapshots.Writer writer = new Snapshots.Writer();
        writer.add(SnapshotItem.newBuilder()
                .setStore(StoreState.newBuilder().setRevision(store.revision()).setCompactedRevision(store.compacted()))
                .build());
        store.forEachVersion(version ->
                writer.add(SnapshotItem.newBuilder().setVersion(version).build()));
        for (LeaseInfo lease : leases.all()) {
            writer.add(SnapshotItem.newBuilder()
                    .setLease(LeaseState.newBuilder()
                            .setId(lease.id())
                            .setTtlSeconds(lease.ttlSeconds())
                            .setGrantedIndex(lease.grantedIndex()))
                    .build());
        }
        writer.add(SnapshotItem.newBuilder()
                .setAuth(AuthState.newBuilder().setEnabled(auth.enabled()).setRevision(auth.revision()))
                .build());
        for (User user : auth.users()) {
            writer.add(SnapshotItem.newBuilder().setUser(user).build());
        }
        for (Role role : auth.roles()) {
            writer.add(SnapshotItem.newBuilder().setRole(role).build());
        }
        for (AlarmMember alarm : alarms.all()) {
            writer.add(SnapshotItem.newBuilder().setAlarm(alarm).build());
        }
        return writer.parts();
    }

    /** Reads it back. Throws IllegalArgumentException if {@link #write} did not write it. */
    static MachineState read(List<byte[]> parts) {
        MachineState state = new MachineState();
        Snapshots.read(parts, state::take);
        state.store.endRestore();
        state.attachLeases();
        return state;
    }

    private void take(SnapshotItem item) {
        switch (item.getItemCase()) {
            case STORE ->
                store.beginRestore(
                        item.getStore().getRevision(), item.getStore().getCompactedRevision());
            case VERSION -> store.restore(item.getVersion());
            case LEASE ->
                leases.grant(
                        item.getLease().getId(),
                        item.getLease().getTtlSeconds(),
                        item.getLease().getGrantedIndex());
            case AUTH ->
                auth.restore(item.getAuth().getEnabled(), item.getAuth().getRevision());
            case USER -> auth.put(item.getUser());
            case ROLE -> auth.put(item.getRole());
            case ALARM -> alarms.restore(item.getAlarm());
            case ITEM_NOT_SET ->
                throw new IllegalArgumentException("The snapshot has an item of a kind that is not known");
        }
    }

    private void attachLeases() {
        store.forEachLive(version -> {
            if (version.getLease() != 0) {
                leases.attach(version.getLease(), version.getKey());
            }
        });
    }
}
