package dev.incumbent.embedded.raft;

import dev.incumbent.embedded.raft.RaftNode.Listener;
import dev.incumbent.embedded.raft.RaftNode.Status;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.VoteResponse;
import io.microraft.transport.Transport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a node, from start to kill: its thread, its MicroRaft node, its log and its state machine. Everything but
 * {@link #status}, {@link #post} and the methods that end or freeze it happens on its thread.
 */
final class Life<M extends StateMachine<C, R>, C, R>
        implements Transport, ReadRounds.Host, Submissions.Host, Replica.Host<M, R> {

    private static final Logger LOG = LoggerFactory.getLogger(Life.class);
    /** A snapshot is due after this much log, even if few commands made it. */
    private static final long LOG_BYTES_LIMIT = 16 << 20;

    /** What a life needs of its node. */
    interface Owner<M> {
        int number();

        String label();

        List<Listener<M>> listeners();

        void send(int to, Message message);

        /** The life is over; requests that wait for it are to be abandoned. */
        void ended(String why);
    }

    private final Owner<M> owner;
    private final Settings settings;
    private final int self;
    private final long electionTimeoutNanos;
    private final NodeThread thread;
    private final LogStore store;
    private final RaftNodeImpl raft;
    private final Replica<M, C, R> replica;
    private final ReadRounds rounds;
    private final LocalReads<M> reads;
    private final Contacts contacts;
    private final Submissions<R> submissions;
    private volatile View view;
    private volatile String endedBy = "it was closed";
    /** Whether the thread was started, or the life ended before it was. */
    private final AtomicBoolean begun = new AtomicBoolean();

    private volatile boolean closed;
    private @Nullable Status told;
    private long snapshotLogBytes;

    Life(Owner<M> owner, Settings settings, M machine, CommandCodec<C> codec) {
        this.owner = owner;
        this.settings = settings;
        self = owner.number();
        electionTimeoutNanos = settings.electionTimeout().toNanos();
        long longAgo = System.nanoTime() - 2 * electionTimeoutNanos;
        contacts = new Contacts(self, settings.size(), settings.majority(), longAgo);
        view = new View(0, 0, false, 0, longAgo, 0);
        ScaledClock clock = new ScaledClock(settings.heartbeat().toNanos());
        thread = new NodeThread(owner.label(), clock, this::settle, this::fail, this::exit);
        store = new LogStore(settings.directoryOf(self), self, settings.size(), settings.fsync(), this::fail);
        replica = new Replica<>(machine, codec, this);
        reads = new LocalReads<>(this::askLeader);
        raft = (RaftNodeImpl) io.microraft.RaftNode.newBuilder()
                .setGroupId(settings.name())
                .setRestoredState(store.restore())
                .setConfig(config())
                .setExecutor(thread)
                .setClock(clock)
                .setTransport(this)
                .setStateMachine(replica)
                .setModelFactory(new Entry.Factory())
                .setStore(settings.seams().store().apply(store))
                .build();
        submissions = new Submissions<>(this, raft);
        rounds = new ReadRounds(this, raft, settings.seams().reads());
    }

    private RaftConfig config() {
        long beats = settings.electionTimeout().dividedBy(settings.heartbeat());
        // Each start draws its own length of a vote, so that candidates who split one do not split the next.
        long vote = TimeUnit.SECONDS.toMillis(beats);
        return RaftConfig.newBuilder()
                .setLeaderHeartbeatPeriodSecs(1)
                .setLeaderHeartbeatTimeoutSecs(beats)
                .setLeaderElectionTimeoutMillis(
                        vote / 4 + ThreadLocalRandom.current().nextLong(vote / 4))
                .setMaxPendingLogEntryCount(Submissions.MAX_UNCOMMITTED)
                .setCommitCountToTakeSnapshot(settings.snapshotEvery())
                .setTransferSnapshotsFromFollowersEnabled(false)
                .build();
    }

    /** Queues the start; what arrives before {@link #run} is handled after it. */
    void prepare() {
        thread.post(() -> raft.start().whenComplete((started, failure) -> {
            if (failure != null) {
                fail(failure);
            }
        }));
        thread.after(electionTimeoutNanos / 4, this::tick);
    }

    void run() {
        if (begun.compareAndSet(false, true)) {
            thread.start();
        }
    }

    boolean post(Runnable task) {
        return thread.post(task);
    }

    void pause() {
        thread.pause();
    }

    void resume() {
        thread.resume();
    }

    boolean isOver() {
        return thread.isStopped();
    }

    /** Its files are closed, so that another life can open them. */
    boolean hasClosed() {
        return closed;
    }

    /** Ends the life and waits for its thread. */
    void end(String why) {
        if (!thread.isStopped()) {
            endedBy = why;
        }
        thread.stop();
        if (begun.compareAndSet(false, true)) {
            exit();
        } else {
            thread.join();
        }
    }

    Status status(long now) {
        return thread.isStopped() ? View.down() : view.status(self, now, electionTimeoutNanos);
    }

    // Requests of this node.

    void submit(Submission<R> submission) {
        submissions.submit(submission);
    }

    void read(Reading<M, ?> reading) {
        if (reads.gather(reading)) {
            thread.post(reads::askForGathered);
        }
    }

    void readLocal(Reading<M, ?> reading) {
        reading.run(replica.machine());
    }

    void transfer(Handover handover) {
        submissions.transfer(handover);
    }

    private void askLeader(long ask) {
        int leader = leader();
        if (leader == 0) {
            reads.refused(ask, label() + " knows of no leader");
        } else {
            dispatch(leader, new Message.AskIndex(self, ask));
        }
    }

    // Messages.

    /** Any thread. */
    void deliver(Message message) {
        long arrived = System.nanoTime();
        thread.post(() -> receive(message, arrived));
    }

    private void receive(Message message, long arrived) {
        if (message instanceof Message.Raft raftMessage) {
            receiveRaft(raftMessage.content(), arrived);
        } else if (message instanceof Message.Submit submit) {
            submissions.receive(submit);
        } else if (message instanceof Message.Refused refused) {
            submissions.receive(refused);
        } else if (message instanceof Message.AskIndex ask) {
            rounds.ask(ask);
        } else if (message instanceof Message.Index index) {
            reads.answered(index.ask(), index.index());
        } else if (message instanceof Message.NoIndex none) {
            reads.refused(none.ask(), none.why());
        } else if (message instanceof Message.Transfer transfer) {
            submissions.receive(transfer);
        }
    }

    private void receiveRaft(RaftMessage message, long arrived) {
        int sender = Endpoint.numberOf(message.getSender());
        boolean answer = message instanceof AppendEntriesSuccessResponse
                || message instanceof AppendEntriesFailureResponse
                || message instanceof InstallSnapshotResponse;
        int term = term();
        if (answer && message.getTerm() < term) {
            // MicroRaft would count it: but an acknowledgement that a slow link kept from an earlier term of this
            // leader
            // says nothing about the follower's log now, and its read round has a number that this term uses again.
            return;
        }
        boolean granted = message instanceof VoteResponse vote && vote.isGranted();
        if ((answer || granted) && message.getTerm() == term) {
            contacts.answered(sender, arrived);
        }
        raft.handle(message);
        boolean fromLeader = message instanceof AppendEntriesRequest || message instanceof InstallSnapshotRequest;
        if (fromLeader && sender == leader()) {
            contacts.leaderHeard(arrived);
        }
    }

    @Override
    public void send(RaftEndpoint target, RaftMessage message) {
        send(Endpoint.numberOf(target), new Message.Raft(message));
    }

    /** Also to itself, at once. */
    @Override
    public void dispatch(int to, Message message) {
        if (to == self) {
            receive(message, System.nanoTime());
        } else {
            send(to, message);
        }
    }

    private void send(int to, Message message) {
        if (!thread.isStopped()) {
            owner.send(to, message);
        }
    }

    @Override
    public boolean isReachable(RaftEndpoint endpoint) {
        return true;
    }

    // What the parts ask.

    @Override
    public int self() {
        return self;
    }

    @Override
    public String label() {
        return owner.label();
    }

    @Override
    public int leader() {
        return Endpoint.numberOf(raft.getTerm().getLeaderEndpoint());
    }

    @Override
    public int term() {
        return raft.getTerm().getTerm();
    }

    @Override
    public boolean leads() {
        return leader() == self;
    }

    @Override
    public boolean ready() {
        return replica.openedTerm() == term();
    }

    @Override
    public void answer(Message.AskIndex ask, long index) {
        dispatch(ask.from(), new Message.Index(ask.ask(), index));
    }

    @Override
    public void refuse(Message.AskIndex ask, String why) {
        dispatch(ask.from(), new Message.NoIndex(ask.ask(), why));
    }

    @Override
    public void later(Runnable task) {
        thread.post(task);
    }

    // What the replica tells.

    @Override
    public void applied(M machine, long index, long request, @Nullable R reply) {
        owner.listeners().forEach(listener -> Guard.run(label(), () -> listener.applied(machine, index)));
        submissions.applied(request, reply);
    }

    @Override
    public void opened(int openedTerm) {
        submissions.opened(openedTerm);
    }

    @Override
    public void restored(M machine, long index) {
        submissions.restored();
        owner.listeners().forEach(listener -> Guard.run(label(), () -> listener.applied(machine, index)));
    }

    @Override
    public void broken(long index, Throwable cause) {
        fail(new IllegalStateException("cannot apply command " + index, cause));
    }

    // Between tasks.

    private void tick() {
        submissions.forgetDone();
        reads.forgetDone();
        unstick();
        thread.after(electionTimeoutNanos / 4, this::tick);
    }

    /**
     * Begins the vote that MicroRaft owes. When it hears of its leader again during a pre-vote, it forgets to end that, and then
     * waits for its end when the leader falls silent for good: if all followers had such a moment, there is never a leader again.
     */
    private void unstick() {
        int leader = leader();
        long silence = System.nanoTime() - contacts.leaderHeard();
        // Two heartbeats after it should have done so itself.
        if (leader != 0
                && leader != self
                && silence > electionTimeoutNanos + 2 * settings.heartbeat().toNanos()) {
            raft.leader(null);
            raft.runPreVote();
        }
    }

    private void settle() {
        rounds.advance();
        reads.runUpTo(replica.applied(), replica.machine());
        snapshotIfLarge();
        tell();
    }

    private void snapshotIfLarge() {
        long grown = store.logBytes();
        if (grown < snapshotLogBytes) {
            snapshotLogBytes = grown;
        }
        if (grown - snapshotLogBytes > LOG_BYTES_LIMIT && replica.hasNews()) {
            snapshotLogBytes = grown;
            raft.takeSnapshot();
        }
    }

    private void tell() {
        long now = System.nanoTime();
        int leader = leader();
        long heard = leader == self ? contacts.majorityAnswered(now) : contacts.leaderHeard();
        view = new View(term(), leader, leader == self && ready(), replica.applied(), heard, store.bytes());
        Status status = status(now);
        if (told == null
                || told.term() != status.term()
                || told.leads() != status.leads()
                || !told.leader().equals(status.leader())) {
            if (status.leads() && (told == null || !told.leads())) {
                LOG.info("{} leads in term {}", label(), status.term());
            }
            told = status;
            owner.listeners().forEach(listener -> Guard.run(label(), () -> listener.changed(status)));
        }
        submissions.finishHandovers(status);
    }

    // The end.

    private void fail(Throwable cause) {
        if (!thread.isStopped()) {
            LOG.error("{} stops: {}", label(), cause.toString(), cause);
            endedBy = "it stopped: " + cause;
            thread.stop();
        }
    }

    private void exit() {
        try {
            store.close();
        } catch (IOException e) {
            LOG.warn("{}: closing its log failed: {}", label(), e.toString());
        }
        closed = true;
        owner.ended(label() + " is down: " + endedBy);
        owner.listeners().forEach(listener -> Guard.run(label(), listener::stopped));
    }
}
