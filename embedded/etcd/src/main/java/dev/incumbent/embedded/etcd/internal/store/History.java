package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.Event.EventType;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** What watchers are told of the past, and a checksum of it. */
final class History {

    private final KeyValueStore store;

    History(KeyValueStore store) {
        this.store = store;
    }

    List<Revision> changes(long fromRevision, int maxBytes) {
        if (fromRevision < store.compacted()) {
            throw new IllegalArgumentException(
                    "Revision " + fromRevision + " was compacted, the oldest is " + store.compacted());
        }
        List<Revision> revisions = new ArrayList<>();
        long bytes = 0;
        for (long i = Math.max(fromRevision, 2); i <= store.revision() && bytes < maxBytes; i++) {
            List<Change> changes = changesAt(i);
            for (Change change : changes) {
                bytes += change.event().getSerializedSize();
            }
            if (!changes.isEmpty()) {
                revisions.add(new Revision(i, changes));
            }
        }
        return revisions;
    }

    private List<Change> changesAt(long revision) {
        KeyValue[] versions = store.changesAt(revision);
        List<Change> changes = new ArrayList<>(versions.length);
        for (KeyValue version : versions) {
            // What etcd gives is the key as of the revision before, whatever happened to it earlier in this one.
            boolean created = version.getCreateRevision() == revision;
            KeyValue previous = created ? null : store.get(version.getKey(), revision - 1);
            changes.add(new Change(
                    Event.newBuilder()
                            .setType(KeyHistory.isDeletion(version) ? EventType.DELETE : EventType.PUT)
                            .setKv(version)
                            .build(),
                    previous));
        }
        return List.copyOf(changes);
    }

    /** A checksum of all versions up to a revision that are kept. */
    int hash(long upTo) {
        CRC32C checksum = new CRC32C();
        store.forEachVersion(version -> {
            if (version.getModRevision() <= upTo) {
                checksum.update(version.toByteArray());
            }
        });
        return (int) checksum.getValue();
    }
}
