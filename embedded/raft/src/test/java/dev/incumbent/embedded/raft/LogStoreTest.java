package dev.incumbent.embedded.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microraft.model.impl.log.DefaultSnapshotChunkOrBuilder;
import io.microraft.model.impl.persistence.DefaultRaftTermPersistentStateOrBuilder;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.persistence.RestoredRaftState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStoreTest {

    private final List<Throwable> failures = new ArrayList<>();
    private final Path directory;

    LogStoreTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private LogStore open() {
        return new LogStore(directory, 1, 3, false, failures::add);
    }

    private Path log() {
        return directory.resolve("log");
    }

    private static Entry entry(long index, int term, String command) {
        return new Entry(index, term, Proposal.command(0, 0, command.getBytes(UTF_8)));
    }

    private static List<String> commands(RestoredRaftState state) {
        return state.getLogEntries().stream().map(LogStoreTest::command).toList();
    }

    private static String command(LogEntry entry) {
        return entry.getIndex() + ":" + entry.getTerm() + ":"
                + new String(((Entry) entry).proposal().command(), UTF_8);
    }

    private static void vote(LogStore store, int term, int candidate) throws IOException {
        DefaultRaftTermPersistentStateOrBuilder state = new DefaultRaftTermPersistentStateOrBuilder();
        state.setTerm(term);
        if (candidate != 0) {
            state.setVotedFor(new Endpoint(candidate));
        }
        store.persistAndFlushTerm(state.build());
    }

    private static void append(LogStore store, LogEntry... entries) throws IOException {
        store.persistLogEntries(List.of(entries));
        store.flush();
    }

    private static SnapshotChunk chunk(long index, int part, int parts) {
        return new DefaultSnapshotChunkOrBuilder()
                .setIndex(index)
                .setTerm(1)
                .setOperation(("part " + part + " of " + index).getBytes(UTF_8))
                .setSnapshotChunkIndex(part)
                .setSnapshotChunkCount(parts)
                .build();
    }

    private static void snapshot(LogStore store, long index) throws IOException {
        store.persistSnapshotChunk(chunk(index, 1, 2));
        store.persistSnapshotChunk(chunk(index, 0, 2));
        store.flush();
        store.truncateLogEntriesUntil(index);
    }

    /** Frame 1: term 0; 2: term 1, vote 2; 3 to 6: entries 1 to 5. Returns the sizes after each flush. */
    private List<Long> fill() throws IOException {
        List<Long> sizes = new ArrayList<>();
        try (LogStore store = open()) {
            sizes.add(store.logBytes());
            vote(store, 1, 2);
            sizes.add(store.logBytes());
            append(store, entry(1, 1, "a"));
            sizes.add(store.logBytes());
            append(store, entry(2, 1, "b"), entry(3, 1, ""));
            sizes.add(store.logBytes());
            append(store, entry(4, 1, "d"));
            sizes.add(store.logBytes());
            append(store, entry(5, 1, "e"));
            sizes.add(store.logBytes());
        }
        return sizes;
    }

    private static int entriesAfter(int frames) {
        return List.of(0, 0, 0, 1, 3, 4, 5).get(frames);
    }

    @Test
    void shouldTakeUpWhatWasFlushedAndNothingElse() throws IOException {
        try (LogStore store = open()) {
            assertThat(store.restore().getLogEntries()).isEmpty();
            vote(store, 7, 3);
            append(store, entry(1, 6, "a"), entry(2, 7, "b"));
            store.persistLogEntries(List.of(entry(3, 7, "never flushed")));
        }
        try (LogStore store = open()) {
            RestoredRaftState state = store.restore();
            assertThat(state.getTermPersistentState().getTerm()).isEqualTo(7);
            assertThat(state.getTermPersistentState().getVotedFor()).isEqualTo(new Endpoint(3));
            assertThat(state.getLocalEndpointPersistentState().getLocalEndpoint())
                    .isEqualTo(new Endpoint(1));
            assertThat(state.getInitialGroupMembers().getVotingMembers()).hasSize(3);
            assertThat(commands(state)).containsExactly("1:6:a", "2:7:b");
        }
    }

    @Test
    void shouldRememberATermThatItDidNotVoteIn() throws IOException {
        try (LogStore store = open()) {
            vote(store, 3, 2);
            append(store, entry(1, 3, "a"));
            vote(store, 4, 0);
        }
        try (LogStore store = open()) {
            RestoredRaftState state = store.restore();
            assertThat(state.getTermPersistentState().getTerm()).isEqualTo(4);
            assertThat(state.getTermPersistentState().getVotedFor()).isNull();
            assertThat(commands(state)).containsExactly("1:3:a");
            vote(store, 4, 1);
        }
        try (LogStore store = open()) {
            assertThat(store.restore().getTermPersistentState().getVotedFor()).isEqualTo(new Endpoint(1));
        }
    }

    @Test
    void shouldKeepEveryWholeFrameWhenTheFileIsCutAtAnyByte() throws IOException {
        List<Long> sizes = fill();
        byte[] whole = Files.readAllBytes(log());
        for (int length = 0; length <= whole.length; length++) {
            int kept = length;
            int frames = (int) sizes.stream().filter(size -> size <= kept).count();
            Files.write(log(), Arrays.copyOf(whole, length));
            if (frames == 0) {
                assertThatThrownBy(this::open).isInstanceOf(RaftStoreException.class);
                continue;
            }
            try (LogStore store = open()) {
                RestoredRaftState state = store.restore();
                assertThat(state.getLogEntries()).as("cut to %d", length).hasSize(entriesAfter(frames));
                assertThat(state.getTermPersistentState().getTerm()).isEqualTo(frames > 1 ? 1 : 0);
                append(store, entry(entriesAfter(frames) + 1, 1, "next"));
            }
            try (LogStore store = open()) {
                assertThat(commands(store.restore()))
                        .as("cut to %d, continued", length)
                        .hasSize(entriesAfter(frames) + 1)
                        .last()
                        .asString()
                        .endsWith("next");
            }
        }
    }

    @Test
    void shouldRefuseAnyFlippedByteExceptInTheLastFrame() throws IOException {
        List<Long> sizes = fill();
        byte[] whole = Files.readAllBytes(log());
        long lastFrame = sizes.get(sizes.size() - 2);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) 0x5a;
            Files.write(log(), flipped);
            if (at < lastFrame) {
                assertThatThrownBy(this::open)
                        .as("byte %d", at)
                        .isInstanceOf(RaftStoreException.class)
                        .hasMessageContaining("damaged");
                assertThat(log()).as("refused, so untouched").hasBinaryContent(flipped);
            } else {
                // Not to be told from a write that a crash cut short: the rest of the cluster has to have it.
                try (LogStore store = open()) {
                    assertThat(store.restore().getLogEntries())
                            .as("byte %d", at)
                            .hasSize(4);
                }
            }
        }
    }

    @Test
    void shouldRefuseDamageInTheMiddleEvenWhenTheTailIsTorn() throws IOException {
        List<Long> sizes = fill();
        byte[] whole = Files.readAllBytes(log());
        byte[] torn = Arrays.copyOf(whole, whole.length - 3);
        torn[(int) (sizes.get(2) + 20)] ^= 1;
        Files.write(log(), torn);
        assertThatThrownBy(this::open)
                .isInstanceOf(RaftStoreException.class)
                .hasMessageContaining("frame 4")
                .hasMessageContaining("frame 5 behind it is intact");
    }

    @Test
    void shouldNotTakeACopyOfALogInsideATornValueForIntactFrames() throws IOException {
        fill();
        byte[] copy = Files.readAllBytes(log());
        Files.delete(log());
        try (LogStore store = open()) {
            append(store, entry(1, 1, "a"));
            append(store, new Entry(2, 1, Proposal.command(0, 0, copy)));
        }
        byte[] whole = Files.readAllBytes(log());
        Files.write(log(), Arrays.copyOf(whole, whole.length - 1));
        try (LogStore store = open()) {
            assertThat(commands(store.restore())).containsExactly("1:1:a");
        }
    }

    @Test
    void shouldRememberWhoseCommandsTheyAre() throws IOException {
        try (LogStore store = open()) {
            append(store, new Entry(1, 1, Proposal.newTerm()));
            append(store, new Entry(2, 1, Proposal.command(3, 77, new byte[] {1})));
        }
        try (LogStore store = open()) {
            List<LogEntry> entries = store.restore().getLogEntries();
            assertThat(((Entry) entries.get(0)).proposal().opensTerm()).isTrue();
            Proposal proposal = ((Entry) entries.get(1)).proposal();
            assertThat(proposal.origin()).isEqualTo(3);
            assertThat(proposal.request()).isEqualTo(77);
            assertThat(proposal.command()).containsExactly(1);
        }
    }

    @Test
    void shouldForgetEntriesThatALeaderReplaced() throws IOException {
        try (LogStore store = open()) {
            append(store, entry(1, 1, "a"), entry(2, 1, "b"), entry(3, 1, "c"));
            store.truncateLogEntriesFrom(2);
            append(store, entry(2, 2, "B"));
        }
        try (LogStore store = open()) {
            assertThat(commands(store.restore())).containsExactly("1:1:a", "2:2:B");
        }
    }

    @Test
    void shouldContinueFromASnapshotAndDropTheLogBeforeIt() throws IOException {
        try (LogStore store = open()) {
            vote(store, 1, 2);
            for (int i = 1; i <= 100; i++) {
                append(store, entry(i, 1, "value " + i));
            }
            long before = store.bytes();
            snapshot(store, 98);
            assertThat(store.bytes()).isLessThan(before / 10);
            append(store, entry(101, 1, "behind"));
            snapshot(store, 99);
        }
        try (LogStore store = open()) {
            RestoredRaftState state = store.restore();
            assertThat(commands(state)).containsExactly("100:1:value 100", "101:1:behind");
            assertThat(state.getTermPersistentState().getVotedFor()).isEqualTo(new Endpoint(2));
            SnapshotEntry snapshot = state.getSnapshotEntry();
            assertThat(snapshot).isNotNull();
            assertThat(snapshot.getIndex()).isEqualTo(99);
            assertThat((List<?>) snapshot.getOperation())
                    .extracting(part -> new String((byte[]) ((SnapshotChunk) part).getOperation(), UTF_8))
                    .containsExactly("part 0 of 99", "part 1 of 99");
            assertThat(directory.toFile().list()).containsExactlyInAnyOrder("log", "snapshot-99");
        }
    }

    @Test
    void shouldTakeUpASnapshotThatIsNewerThanTheLog() throws IOException {
        byte[] old;
        try (LogStore store = open()) {
            append(store, entry(1, 1, "a"), entry(2, 1, "b"), entry(3, 1, "c"));
            old = Files.readAllBytes(log());
            snapshot(store, 2);
        }
        // The state of a crash between the two renames.
        Files.write(log(), old);
        Files.write(directory.resolve("snapshot-9.tmp"), new byte[] {1});
        try (LogStore store = open()) {
            RestoredRaftState state = store.restore();
            assertThat(commands(state)).containsExactly("3:1:c");
            assertThat(directory.toFile().list()).containsExactlyInAnyOrder("log", "snapshot-2");
        }
    }

    @Test
    void shouldIgnoreASnapshotThatDidNotArriveWhole() throws IOException {
        try (LogStore store = open()) {
            append(store, entry(1, 1, "a"));
            store.persistSnapshotChunk(chunk(50, 1, 2));
            snapshot(store, 1);
            assertThat(directory.resolve("snapshot-1")).exists();
            store.persistSnapshotChunk(chunk(50, 0, 2));
            store.flush();
            assertThat(directory.resolve("snapshot-50")).exists();
        }
        try (LogStore store = open()) {
            SnapshotEntry snapshot = store.restore().getSnapshotEntry();
            assertThat(snapshot).isNotNull();
            assertThat(snapshot.getIndex()).isEqualTo(50);
        }
    }

    @Test
    void shouldRefuseAnyDamageToASnapshot() throws IOException {
        try (LogStore store = open()) {
            append(store, entry(1, 1, "a"), entry(2, 1, "b"));
            snapshot(store, 2);
        }
        Path file = directory.resolve("snapshot-2");
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) 0x80;
            Files.write(file, flipped);
            assertThatThrownBy(this::open).as("flipped %d", at).isInstanceOf(RaftStoreException.class);
            Files.write(file, Arrays.copyOf(whole, at));
            assertThatThrownBy(this::open).as("cut to %d", at).isInstanceOf(RaftStoreException.class);
        }
    }

    @Test
    void shouldRefuseWhenHalfOfItsFilesAreGone() throws IOException {
        try (LogStore store = open()) {
            append(store, entry(1, 1, "a"));
            snapshot(store, 1);
        }
        byte[] log = Files.readAllBytes(log());
        Files.delete(log());
        assertThatThrownBy(this::open).isInstanceOf(RaftStoreException.class).hasMessageContaining("missing");
        Files.write(log(), log);
        Files.delete(directory.resolve("snapshot-1"));
        assertThatThrownBy(this::open)
                .isInstanceOf(RaftStoreException.class)
                .hasMessageContaining("continues snapshot 1");
    }

    @Test
    void shouldRefuseAnotherNodesDirectory() throws IOException {
        open().close();
        assertThatThrownBy(() -> new LogStore(directory, 2, 3, false, failures::add))
                .isInstanceOf(RaftStoreException.class)
                .hasMessageContaining("belongs to node 1 of 3");
        assertThatThrownBy(() -> new LogStore(directory, 1, 5, false, failures::add))
                .isInstanceOf(RaftStoreException.class);
    }

    @Test
    void shouldFailForGoodAfterTheFirstFailure() throws IOException {
        LogStore store = open();
        append(store, entry(1, 1, "a"));
        store.close();
        assertThatThrownBy(() -> append(store, entry(2, 1, "b"))).isInstanceOf(IOException.class);
        assertThat(failures).hasSize(1);
        assertThatThrownBy(store::flush).isInstanceOf(IOException.class).hasMessageContaining("failed before");
        assertThat(failures).hasSize(1);
    }
}
