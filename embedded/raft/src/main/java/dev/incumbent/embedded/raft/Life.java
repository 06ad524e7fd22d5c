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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
final class Life<M extends StateMachine<C, R>, C, R> implements Transport, ReadRounds.Host, Replica.Host<M, R> {

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
    private final Map<Long, Submission<R>> submitted = new HashMap<>();
    private final Map<Long, Handover> handovers = new HashMap<>();
    private volatile View view;
    private volatile String endedBy = "it was closed";
    /** Whether the thread was started, or the life ended before it was. */
    private final AtomicBoolean begun = new AtomicBoolean();

    private volatile boolean closed;
    private @Nullable Status told;
    private long snapshotLogBytes;

    /** A hand-over of leadership that somebody waits for. */
    static final class Handover extends Request<Void> {
        private final int target;

        Handover(long number, long deadline, int target) {
            super(number, deadline, RaftException.Indeterminate::new);
            this.target = target;
        }

        int target() {
            return target;
        }
    }

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
        int leader = currentLeader();
        if (leader == 0) {
            submission.refuse(owner.label() + " knows of no leader");
            return;
        }
        int term = raft.getTerm().getTerm();
        if (!submission.send(term)) {
            return;
        }
        submitted.put(submission.number(), submission);
        Proposal proposal = Proposal.command(self, submission.number(), submission.command());
        if (leader == self) {
            propose(new Message.Submit(term, proposal));
        } else {
            send(leader, new Message.Submit(term, proposal));
        }
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
        int leader = currentLeader();
        if (leader == 0) {
            handover.refuse(owner.label() + " knows of no leader");
        } else if (handover.send()) {
            handovers.put(handover.number(), handover);
            Message.Transfer message = new Message.Transfer(self, handover.number(), handover.target());
            if (leader == self) {
                handOver(message);
            } else {
                send(leader, message);
            }
        }
    }

    private void askLeader(long ask) {
        int leader = currentLeader();
        if (leader == 0) {
            reads.refused(ask, owner.label() + " knows of no leader");
        } else if (leader == self) {
            rounds.ask(new Message.AskIndex(self, ask));
        } else {
            send(leader, new Message.AskIndex(self, ask));
        }
    }

    private int currentLeader() {
        return Endpoint.numberOf(raft.getTerm().getLeaderEndpoint());
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
            propose(submit);
        } else if (message instanceof Message.Refused refused) {
            refused(refused.request(), refused.why());
        } else if (message instanceof Message.AskIndex ask) {
            rounds.ask(ask);
        } else if (message instanceof Message.Index index) {
            reads.answered(index.ask(), index.index());
        } else if (message instanceof Message.NoIndex none) {
            reads.refused(none.ask(), none.why());
        } else if (message instanceof Message.Transfer transfer) {
            handOver(transfer);
        }
    }

    private void receiveRaft(RaftMessage message, long arrived) {
        int sender = Endpoint.numberOf(message.getSender());
        boolean answer = message instanceof AppendEntriesSuccessResponse
                || message instanceof AppendEntriesFailureResponse
                || message instanceof InstallSnapshotResponse;
        int term = raft.getTerm().getTerm();
        if (answer && message.getTerm() < term) {
            // MicroRaft would count it: an acknowledgement that a slow link kept from an earlier term of the same
            // leader says
            // nothing about the follower's log now, and its read round has a number that this term uses again.
            return;
        }
        boolean granted = message instanceof VoteResponse vote && vote.isGranted();
        if ((answer || granted) && message.getTerm() == term) {
            contacts.answered(sender, arrived);
        }
        raft.handle(message);
        boolean fromLeader = message instanceof AppendEntriesRequest || message instanceof InstallSnapshotRequest;
        if (fromLeader && sender == currentLeader()) {
            contacts.leaderHeard(arrived);
        }
    }

    private void propose(Message.Submit submit) {
        Proposal proposal = submit.proposal();
        if (!leads() || raft.getTerm().getTerm() != submit.term()) {
            refuse(proposal.origin(), proposal.request(), owner.label() + " does not lead in term " + submit.term());
            return;
        }
        // Runs at once, so that what was checked above still holds: the entry gets this very term, or none.
        raft.<Object>replicate(proposal).whenComplete((result, failure) -> {
            if (failure instanceof io.microraft.exception.CannotReplicateException) {
                refuse(proposal.origin(), proposal.request(), owner.label() + " takes no more commands for now");
            }
        });
    }

    private void handOver(Message.Transfer transfer) {
        raft.transferLeadership(new Endpoint(transfer.target())).whenComplete((result, failure) -> {
            if (failure != null) {
                refuse(transfer.from(), transfer.request(), "not handed over: " + failure);
            }
        });
    }

    private void refuse(int origin, long request, String why) {
        if (origin == self) {
            refused(request, why);
        } else {
            send(origin, new Message.Refused(request, why));
        }
    }

    private void refused(long request, String why) {
        Submission<R> submission = submitted.remove(request);
        if (submission != null) {
            submission.refuse(why);
        }
        Handover handover = handovers.remove(request);
        if (handover != null) {
            handover.fail(new RaftException.Indeterminate(why));
        }
    }

    @Override
    public void send(RaftEndpoint target, RaftMessage message) {
        send(Endpoint.numberOf(target), new Message.Raft(message));
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

    // What the read rounds ask.

    @Override
    public boolean leads() {
        return currentLeader() == self;
    }

    @Override
    public boolean ready() {
        return replica.openedTerm() == raft.getTerm().getTerm();
    }

    @Override
    public void answer(Message.AskIndex ask, long index) {
        if (ask.from() == self) {
            reads.answered(ask.ask(), index);
        } else {
            send(ask.from(), new Message.Index(ask.ask(), index));
        }
    }

    @Override
    public void refuse(Message.AskIndex ask, String why) {
        if (ask.from() == self) {
            reads.refused(ask.ask(), why);
        } else {
            send(ask.from(), new Message.NoIndex(ask.ask(), why));
        }
    }

    @Override
    public void later(Runnable task) {
        thread.post(task);
    }

    // What the replica tells.

    @Override
    public int self() {
        return self;
    }

    @Override
    public void applied(M machine, long index, long request, @Nullable R reply) {
        owner.listeners().forEach(listener -> Guard.run(owner.label(), () -> listener.applied(machine, index)));
        Submission<R> submission = request == 0 ? null : submitted.remove(request);
        if (submission != null) {
            // A reply may be null where R allows it; the type cannot say so here.
            submission.complete(Guard.unchecked(reply));
        }
    }

    @Override
    public void opened(int term) {
        // Nothing that was proposed in an earlier term can enter the log behind this entry any more.
        submitted.values().removeIf(submission -> {
            boolean lost = submission.term() < term;
            if (lost) {
                submission.refuse(
                        "the leader of term " + submission.term() + " lost its office before it was committed");
            }
            return lost;
        });
    }

    @Override
    public void restored(M machine, long index) {
        List<Submission<R>> unknown = new ArrayList<>(submitted.values());
        submitted.clear();
        unknown.forEach(submission -> submission.abandon(owner.label() + " caught up by a snapshot"));
        owner.listeners().forEach(listener -> Guard.run(owner.label(), () -> listener.applied(machine, index)));
    }

    @Override
    public void broken(long index, Throwable cause) {
        fail(new IllegalStateException("cannot apply command " + index, cause));
    }

    // Between tasks.

    private void tick() {
        submitted.values().removeIf(Request::isDone);
        handovers.values().removeIf(Request::isDone);
        reads.forgetDone();
        unstick();
        thread.after(electionTimeoutNanos / 4, this::tick);
    }

    /**
     * Begins the vote that MicroRaft owes. When it hears of its leader again during a pre-vote, it forgets to end that, and then
     * waits for its end when the leader falls silent for good: if all followers had such a moment, there is never a leader again.
     */
    private void unstick() {
        int leader = currentLeader();
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
        int leader = currentLeader();
        long heard = leader == self ? contacts.majorityAnswered(now) : contacts.leaderHeard();
        view = new View(
                raft.getTerm().getTerm(), leader, leader == self && ready(), replica.applied(), heard, store.bytes());
        Status status = status(now);
        if (told == null
                || told.term() != status.term()
                || told.leads() != status.leads()
                || !told.leader().equals(status.leader())) {
            if (status.leads() && (told == null || !told.leads())) {
                LOG.info("{} leads in term {}", owner.label(), status.term());
            }
            told = status;
            owner.listeners().forEach(listener -> Guard.run(owner.label(), () -> listener.changed(status)));
        }
        if (!handovers.isEmpty()) {
            finishHandovers(status);
        }
    }

    private void finishHandovers(Status status) {
        if (status.leader().isEmpty()) {
            return;
        }
        int leader = status.leader().getAsInt();
        handovers.values().removeIf(handover -> {
            boolean done = handover.target() == leader && (leader != self || status.leads());
            if (done) {
                handover.complete(Guard.nothing());
            }
            return done;
        });
    }

    // The end.

    private void fail(Throwable cause) {
        if (!thread.isStopped()) {
            LOG.error("{} stops: {}", owner.label(), cause.toString(), cause);
            endedBy = "it stopped: " + cause;
            thread.stop();
        }
    }

    private void exit() {
        try {
            store.close();
        } catch (IOException e) {
            LOG.warn("{}: closing its log failed: {}", owner.label(), e.toString());
        }
        closed = true;
        owner.ended(owner.label() + " is down: " + endedBy);
        owner.listeners().forEach(listener -> Guard.run(owner.label(), listener::stopped));
    }
}
