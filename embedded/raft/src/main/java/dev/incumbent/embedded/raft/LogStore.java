package dev.incumbent.embedded.raft;

import io.microraft.model.impl.log.DefaultRaftGroupMembersViewOrBuilder;
import io.microraft.model.impl.log.DefaultSnapshotChunkOrBuilder;
import io.microraft.model.impl.log.DefaultSnapshotEntryOrBuilder;
import io.microraft.model.impl.persistence.DefaultRaftEndpointPersistentStateOrBuilder;
import io.microraft.model.impl.persistence.DefaultRaftTermPersistentStateOrBuilder;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.persistence.RestoredRaftState;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a node must not forget, in a directory: term, vote, log and the newest snapshot.
 *
 * <p>Records are gathered in memory and written as one frame of {@link LogFile} by {@link #flush}, which returns when they are
 * durable. MicroRaft answers nobody before that. Once a snapshot is durable the log is replaced by one that holds the entries
 * behind it. Whatever goes wrong with the disk is final: the store fails every later call, and the node is told to stop.
 *
 * <p>What damage is detected: {@link LogFile}, {@link SnapshotFile}. A log whose snapshot is missing, or the other way round, is
 * refused as well.
 */
final class LogStore implements RaftStore, Closeable {

    private static final String LOG = "log";

    private final Path directory;
    private final Disk disk;
    private final int node;
    private final int size;
    private final Consumer<Throwable> onFailure;

    private final Records pending = new Records();
    private final TreeMap<Long, @Nullable SnapshotChunk[]> incoming = new TreeMap<>();
    private final List<Entry> tail = new ArrayList<>();
    private LogFile file;
    private @Nullable SnapshotFile restored;
    private int term;
    private int vote;
    private long snapshotIndex;
    private long snapshotBytes;
    private boolean broken;
    private volatile long bytes;
    private volatile long logBytes;

    /**
     * Opens a node's directory, or makes it.
     *
     * @param onFailure told the first failure, on the thread of the call that failed
     * @throws RaftStoreException if it cannot be used
     */
    LogStore(Path directory, int node, int size, boolean fsync, Consumer<Throwable> onFailure) {
        this.directory = directory;
        this.node = node;
        this.size = size;
        this.onFailure = onFailure;
        disk = new Disk(fsync);
        try {
            file = open();
            measure();
        } catch (IOException e) {
            throw new RaftStoreException("cannot open " + directory, e);
        }
    }

    private LogFile open() throws IOException {
        Files.createDirectories(directory);
        Path log = directory.resolve(LOG);
        OptionalLong snapshot = SnapshotFile.newest(directory);
        if (!Files.exists(log)) {
            if (snapshot.isPresent()) {
                throw new RaftStoreException(log + ": missing beside a snapshot; with it, term and vote are lost");
            }
            disk.forceParent(directory);
            return newFile();
        }
        List<ByteBuffer> payloads = new ArrayList<>();
        LogFile opened = LogFile.open(log, disk, payloads);
        try {
            check(log, opened.header(), snapshot.orElse(0));
            if (snapshot.isPresent()) {
                restored = SnapshotFile.read(directory, snapshot.getAsLong());
                snapshotIndex = restored.index();
                snapshotBytes = Files.size(SnapshotFile.path(directory, snapshotIndex));
            }
            payloads.forEach(payload -> Records.read(payload, new Replay(log)));
            SnapshotFile.removeOlder(directory, snapshotIndex);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void check(Path log, LogFile.Header header, long snapshot) {
        if (header.node() != node || header.size() != size) {
            throw new RaftStoreException(log + ": belongs to node " + header.node() + " of " + header.size()
                    + ", not to node " + node + " of " + size);
        }
        if (header.base() > snapshot) {
            throw new RaftStoreException(log + ": continues snapshot " + header.base() + ", which is missing");
        }
    }

    /** Takes the records of a log up again. */
    private final class Replay implements Records.Visitor {
        private final Path log;

        Replay(Path log) {
            this.log = log;
        }

        @Override
        public void term(int newTerm, int newVote) {
            term = newTerm;
            vote = newVote;
        }

        @Override
        public void entry(Entry entry) {
            if (entry.index() <= snapshotIndex) {
                return;
            }
            if (entry.index() != lastIndex() + 1) {
                throw new RaftStoreException(log + ": entry " + entry.index() + " follows " + lastIndex());
            }
            tail.add(entry);
        }

        @Override
        public void truncated(long from) {
            truncateTail(from);
        }
    }

    /** What is to be taken up again; that of a new directory is empty. */
    RestoredRaftState restore() {
        RaftEndpointPersistentState local = new DefaultRaftEndpointPersistentStateOrBuilder()
                .setLocalEndpoint(new Endpoint(node))
                .setVoting(true)
                .build();
        DefaultRaftTermPersistentStateOrBuilder termState = new DefaultRaftTermPersistentStateOrBuilder();
        termState.setTerm(term);
        if (vote != 0) {
            termState.setVotedFor(new Endpoint(vote));
        }
        SnapshotFile snapshot = restored;
        restored = null;
        return new RestoredRaftState(
                local, members(), termState.build(), snapshot == null ? null : toEntry(snapshot), List.copyOf(tail));
    }

    private RaftGroupMembersView members() {
        return new DefaultRaftGroupMembersViewOrBuilder()
                .setLogIndex(0)
                .setMembers(Endpoint.all(size))
                .setVotingMembers(Endpoint.all(size))
                .build();
    }

    private SnapshotEntry toEntry(SnapshotFile snapshot) {
        List<SnapshotChunk> chunks = new ArrayList<>();
        for (byte[] part : snapshot.parts()) {
            chunks.add(new DefaultSnapshotChunkOrBuilder()
                    .setIndex(snapshot.index())
                    .setTerm(snapshot.term())
                    .setOperation(part)
                    .setSnapshotChunkIndex(chunks.size())
                    .setSnapshotChunkCount(snapshot.parts().size())
                    .setGroupMembersView(members())
                    .build());
        }
        return new DefaultSnapshotEntryOrBuilder()
                .setIndex(snapshot.index())
                .setTerm(snapshot.term())
                .setSnapshotChunks(chunks)
                .setGroupMembersView(members())
                .build();
    }

    /** What log and snapshot take on disk. Any thread. */
    long bytes() {
        return bytes;
    }

    /** What the log alone takes. Any thread. */
    long logBytes() {
        return logBytes;
    }

    /** The log's header names both already, and it is there before MicroRaft starts. */
    @Override
    public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState local) {}

    @Override
    public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members) {}

    @Override
    public void persistAndFlushTerm(RaftTermPersistentState state) throws IOException {
        term = state.getTerm();
        vote = Endpoint.numberOf(state.getVotedFor());
        pending.term(term, vote);
        flush();
    }

    @Override
    public void persistLogEntries(List<LogEntry> entries) {
        for (LogEntry each : entries) {
            Entry entry = (Entry) each;
            pending.entry(entry);
            tail.add(entry);
        }
    }

    @Override
    public void truncateLogEntriesFrom(long index) {
        pending.truncated(index);
        truncateTail(index);
    }

    @Override
    public void persistSnapshotChunk(SnapshotChunk chunk) {
        @Nullable
        SnapshotChunk[] chunks =
                incoming.computeIfAbsent(chunk.getIndex(), index -> new SnapshotChunk[chunk.getSnapshotChunkCount()]);
        chunks[chunk.getSnapshotChunkIndex()] = chunk;
    }

    @Override
    public void deleteSnapshotChunks(long index, int count) {
        incoming.remove(index);
    }

    @Override
    public void flush() throws IOException {
        guard(() -> {
            if (!pending.isEmpty()) {
                file.append(pending.take());
            }
            writeSnapshot();
            measure();
        });
    }

    /** Compacts. The index that MicroRaft names lies at or before the snapshot, and nothing up to that is needed again. */
    @Override
    public void truncateLogEntriesUntil(long index) throws IOException {
        flush();
        guard(() -> {
            tail.removeIf(entry -> entry.index() <= snapshotIndex);
            LogFile old = file;
            file = newFile();
            old.close();
            SnapshotFile.removeOlder(directory, snapshotIndex);
            measure();
        });
    }

    /** The newest whole one, if it is newer than what is there; one that is still arriving stays. */
    private void writeSnapshot() throws IOException {
        for (var chunks : incoming.descendingMap().entrySet()) {
            SnapshotFile whole = assemble(chunks.getKey(), chunks.getValue());
            if (whole != null) {
                if (whole.index() > snapshotIndex) {
                    snapshotBytes = whole.write(directory, disk);
                    snapshotIndex = whole.index();
                }
                incoming.headMap(whole.index(), true).clear();
                return;
            }
        }
    }

    private static @Nullable SnapshotFile assemble(long index, @Nullable SnapshotChunk[] chunks) {
        List<byte[]> parts = new ArrayList<>();
        int chunkTerm = 0;
        for (SnapshotChunk chunk : chunks) {
            if (chunk == null) {
                return null;
            }
            chunkTerm = chunk.getTerm();
            parts.add((byte[]) chunk.getOperation());
        }
        return new SnapshotFile(index, chunkTerm, parts);
    }

    private LogFile newFile() throws IOException {
        Records records = new Records();
        records.term(term, vote);
        tail.forEach(records::entry);
        LogFile.Header header = LogFile.Header.create(node, size, snapshotIndex);
        return LogFile.create(directory.resolve(LOG), disk, header, records.take());
    }

    private long lastIndex() {
        return tail.isEmpty() ? snapshotIndex : tail.get(tail.size() - 1).index();
    }

    private void truncateTail(long from) {
        while (!tail.isEmpty() && tail.get(tail.size() - 1).index() >= from) {
            tail.remove(tail.size() - 1);
        }
    }

    private void measure() throws IOException {
        logBytes = file.size();
        bytes = logBytes + snapshotBytes;
    }

    private interface Action {
        void run() throws IOException;
    }

    private void guard(Action action) throws IOException {
        if (broken) {
            throw new IOException("the store of node " + node + " failed before");
        }
        try {
            action.run();
        } catch (IOException | RuntimeException e) {
            // A force that failed may have dropped the very pages that a second one would report as written.
            broken = true;
            onFailure.accept(e);
            throw e;
        }
    }

    /** Writes nothing: what was not flushed is lost, as in a crash. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
