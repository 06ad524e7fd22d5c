package dev.incumbent.embedded.consul.internal.store;

import java.io.DataInput;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Everything that is replicated. */
final class MachineState {

    private static final int INDEXES = 1;
    private static final int NODE = 2;
    private static final int SESSION = 3;
    private static final int ENTRY = 4;
    private static final int TOMBSTONE = 5;

    final KeyTable keys = new KeyTable();
    final SessionTable sessions = new SessionTable();
    final NodeTable nodes = new NodeTable();

    /** The last place in the log where a lock-delay began. */
    long delaysIndex;

    /** Writes it down: a byte that says what an item is, then its fields. */
    List<byte[]> write() {
        Snapshots.Writer writer = new Snapshots.Writer();
        for (Node node : nodes.all()) {
            writer.add(NODE, to -> Bytes.node(to, node));
        }
        for (Session session : sessions.all()) {
            writer.add(SESSION, to -> Bytes.session(to, session));
        }
        for (Entry entry : keys.tree("")) {
            writer.add(ENTRY, to -> Bytes.entry(to, entry));
        }
        for (Map.Entry<String, Long> stone : keys.tombstones().entrySet()) {
            writer.add(TOMBSTONE, to -> {
                Bytes.string(to, stone.getKey());
                to.writeLong(stone.getValue());
            });
        }
        writer.add(INDEXES, to -> {
            to.writeLong(keys.entriesIndex());
            to.writeLong(keys.tombstonesIndex());
            to.writeLong(sessions.index());
            to.writeLong(delaysIndex);
        });
        return writer.parts();
    }

    /** Reads it back. Throws IllegalArgumentException if {@link #write} did not write it. */
    static MachineState read(List<byte[]> parts) {
        MachineState state = new MachineState();
        Snapshots.read(parts, state::take);
        return state;
    }

    private void take(int kind, DataInput from) throws IOException {
        switch (kind) {
            case INDEXES -> {
                keys.restoreIndexes(from.readLong(), from.readLong());
                sessions.restoreIndex(from.readLong());
                delaysIndex = from.readLong();
            }
            case NODE -> nodes.restore(Bytes.node(from));
            case SESSION -> sessions.add(Bytes.session(from));
            case ENTRY -> keys.restore(Bytes.entry(from));
            case TOMBSTONE -> keys.restoreTombstone(Bytes.string(from), from.readLong());
            default ->
                throw new IllegalArgumentException("The snapshot has an item of a kind that is not known: " + kind);
        }
    }
}
