package dev.incumbent.election.zookeeper;

import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.Standing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.CreateOptions;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes, finds and removes the entries of the own session. */
final class Entries {

    private static final Logger log = LoggerFactory.getLogger(Entries.class);

    /** Places in the multi that enters. */
    private static final int CHECK = 0;

    private static final int CREATE = 1;

    private final Link link;
    private final Ground ground;
    private final Sessions sessions;
    private final Views views;
    private final int lastUsable;
    private final Map<String, Integer> highest = new ConcurrentHashMap<>();

    Entries(Link link, Ground ground, Sessions sessions, Views views) {
        this(link, ground, sessions, views, NodeName.LAST_USABLE);
    }

    /** For tests: two thousand million nodes are not made in one. */
    Entries(Link link, Ground ground, Sessions sessions, Views views, int lastUsable) {
        this.link = link;
        this.ground = ground;
        this.sessions = sessions;
        this.views = views;
        this.lastUsable = lastUsable;
    }

    // ---- entering

    CompletableFuture<Outcome<Enrolment>> enrol(EnrolRequest request) {
        OpenSession open = sessions.find(request.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(request.session()));
        }
        if (!open.handle().isConnected()) {
            return CompletableFuture.completedFuture(KeeperErrors.unavailable("not connected to ZooKeeper"));
        }
        if (highest.getOrDefault(request.election(), 0) >= lastUsable) {
            return CompletableFuture.completedFuture(exhausted(request.election()));
        }
        Optional<GenerationRecord> record = ground.known(request.generation());
        if (record.isPresent()) {
            return enter(open, request, record.get(), true);
        }
        // The caller may have heard of a raise by other means than this client: ask once.
        return ground.readOrLayInOrder(open.handle()).thenCompose(outcome -> {
            if (!(outcome instanceof Outcome.Done<GenerationRecord> done)) {
                return CompletableFuture.completedFuture(Views.<Enrolment>recast(outcome));
            }
            return done.value().generation().equals(request.generation())
                    ? enter(open, request, done.value(), true)
                    : CompletableFuture.completedFuture(generationChanged(request));
        });
    }

    private static <T> Outcome<T> generationChanged(EnrolRequest request) {
        return new Outcome.Refused<>(
                Refusal.GENERATION_CHANGED, "the generation is not " + request.generation() + " any more");
    }

    private Outcome<Enrolment> exhausted(String election) {
        return new Outcome.Refused<>(
                Refusal.EXHAUSTED,
                "ZooKeeper's sequence counter below " + ground.layout().parent(election)
                        + " is used up; when all candidates have left, delete that node");
    }

    /**
     * Sends the entry and the view without waiting in between; ZooKeeper keeps the order. Only where the election's node turns
     * out to be missing is it sent again behind that: even a create that fails is a commit, and most paths exist.
     */
    private CompletableFuture<Outcome<Enrolment>> enter(
            OpenSession open, EnrolRequest request, GenerationRecord record, boolean mayRepeat) {
        Handle handle = open.handle();
        String parent = ground.layout().parent(request.election());
        boolean payload = request.payload().length > 0;
        open.attempts()
                .put(request.attempt(), new OpenSession.Attempt(request.election(), request.generation(), payload));
        CompletableFuture<Optional<Reply<String>>> above = mayRepeat
                ? CompletableFuture.completedFuture(Optional.empty())
                : ground.contain(handle, request.election());
        CompletableFuture<Reply<List<OpResult>>> entered = handle.requests().multi(entering(request, record, parent));
        CompletableFuture<Reply<List<String>>> children = handle.requests().children(parent);
        return above.thenCombine(entered, (failure, reply) -> {
                    if (reply.failedAt(CREATE, Code.NONODE) && failure.isPresent()) {
                        return CompletableFuture.completedFuture(KeeperErrors.<Enrolment>write(failure.get()));
                    }
                    if (reply.failedAt(CREATE, Code.NONODE) && mayRepeat) {
                        // New, or an idle container was swept away. The multi certainly failed, so nothing is made
                        // twice.
                        return enter(open, request, record, false);
                    }
                    return reply.isOk()
                            ? children.thenCompose(kids -> entered(open, request, reply.get(), kids))
                            : CompletableFuture.completedFuture(notEntered(open, request, reply));
                })
                .thenCompose(next -> next);
    }

    private List<Op> entering(EnrolRequest request, GenerationRecord record, String parent) {
        List<Op> ops = new ArrayList<>();
        ops.add(Op.check(ground.layout().generation(), record.version()));
        String path = parent + "/" + NodeName.prefix(request.attempt());
        byte[] name = request.candidate().value().getBytes(StandardCharsets.UTF_8);
        // Only this overload makes a create2, whose reply carries the czxid.
        ops.add(Op.create(
                path,
                name,
                CreateOptions.newBuilder(ground.acl(path), CreateMode.EPHEMERAL_SEQUENTIAL)
                        .build()));
        if (request.payload().length > 0) {
            String payload = ground.layout().payload(request.attempt());
            ops.add(Op.create(payload, request.payload(), ground.acl(payload), CreateMode.EPHEMERAL));
        }
        return ops;
    }

    private Outcome<Enrolment> notEntered(OpenSession open, EnrolRequest request, Reply<List<OpResult>> reply) {
        Outcome<Enrolment> outcome = KeeperErrors.write(reply);
        if (!(outcome instanceof Outcome.Ambiguous)) {
            open.attempts().remove(request.attempt());
        }
        boolean changed = reply.failedAt(CHECK, Code.BADVERSION) || reply.failedAt(CHECK, Code.NONODE);
        return changed ? generationChanged(request) : outcome;
    }

    private CompletableFuture<Outcome<Enrolment>> entered(
            OpenSession open, EnrolRequest request, List<OpResult> results, Reply<List<String>> children) {
        OpResult.CreateResult created = (OpResult.CreateResult) results.get(CREATE);
        // ZooKeeper's client leaves the chroot in the paths that a multi yields.
        String name = Layout.nameOf(created.getPath());
        String path = ground.layout().parent(request.election()) + "/" + name;
        int sequence = NodeName.parse(name).map(NodeName::sequence).orElse(0);
        highest.merge(request.election(), sequence, Math::max);
        if (sequence >= lastUsable || sequence < 0) {
            return leaveAgain(open, request, path);
        }
        if (sequence >= NodeName.WARN_FROM) {
            log.warn(
                    "{}: ZooKeeper's sequence counter is at {} of {}; nobody is let in from {} on."
                            + " Delete the election's node while nobody stands",
                    request.election(),
                    sequence,
                    Integer.MAX_VALUE,
                    lastUsable);
        }
        Handle handle = open.handle();
        return epoch(handle, path, created.getStat()).thenCompose(stat -> {
            if (!stat.isOk()) {
                // Entered, but under which number nobody said; the look-up by identity tells.
                return CompletableFuture.completedFuture(new Outcome.Ambiguous<Enrolment>(new IllegalStateException(
                        "entered, but the epoch was not read: " + KeeperErrors.message(stat.code(), path))));
            }
            Entry entry = new Entry(
                    request.election(), request.session(), path, stat.get().getCzxid(), request.generation());
            return enrolment(handle, entry, children);
        });
    }

    /** The created node's numbers; asked for where the reply lacks them: below a chroot, and from servers before 3.5. */
    private static CompletableFuture<Reply<Stat>> epoch(Handle handle, String path, @Nullable Stat stat) {
        return stat != null
                ? CompletableFuture.completedFuture(Reply.of(Code.OK.intValue(), stat, path))
                : handle.requests().exists(path);
    }

    private CompletableFuture<Outcome<Enrolment>> enrolment(Handle handle, Entry entry, Reply<List<String>> children) {
        Outcome<Queue> seen = Views.queue(Layout.parentOf(entry.key()), children);
        return views.settled(handle, seen).thenApply(outcome -> {
            if (outcome instanceof Outcome.Done<Queue> done) {
                return new Outcome.Done<>(new Enrolment(entry, done.value().standing(entry.key())));
            }
            return new Outcome.Ambiguous<>(new IllegalStateException("entered, but the view was not read: " + outcome));
        });
    }

    /** The counter was nearer to its end than anybody here knew. */
    private CompletableFuture<Outcome<Enrolment>> leaveAgain(OpenSession open, EnrolRequest request, String path) {
        Requests requests = open.handle().requests();
        CompletableFuture<Reply<String>> payload = request.payload().length > 0
                ? requests.delete(ground.layout().payload(request.attempt()))
                : CompletableFuture.completedFuture(Reply.of(Code.OK.intValue(), path, path));
        return requests.delete(path).thenCombine(payload, (left, removed) -> {
            boolean gone = left.isOk() || left.is(Code.NONODE);
            if (!gone) {
                return new Outcome.Ambiguous<>(new IllegalStateException("entry " + path + " could not be removed"));
            }
            open.attempts().remove(request.attempt());
            return exhausted(request.election());
        });
    }

    // ---- finding

    CompletableFuture<Outcome<Optional<Enrolment>>> findOwn(EnrolRequest request) {
        OpenSession open = sessions.find(request.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(request.session()));
        }
        Handle handle = open.handle();
        return views.queue(handle, ground.layout().parent(request.election())).thenCompose(outcome -> {
            if (!(outcome instanceof Outcome.Done<Queue> done)) {
                return CompletableFuture.completedFuture(Views.<Optional<Enrolment>>recast(outcome));
            }
            Optional<NodeName> found = done.value().of(request.attempt());
            if (found.isEmpty()) {
                return CompletableFuture.completedFuture(new Outcome.Done<>(Optional.<Enrolment>empty()));
            }
            String path = done.value().path(found.get());
            Standing standing = done.value().standing(path);
            return handle.requests().exists(path).thenApply(stat -> found(handle, request, path, standing, stat));
        });
    }

    private static Outcome<Optional<Enrolment>> found(
            Handle handle, EnrolRequest request, String path, Standing standing, Reply<Stat> stat) {
        if (stat.is(Code.NONODE)) {
            return new Outcome.Done<>(Optional.empty());
        }
        if (!stat.isOk()) {
            return KeeperErrors.read(stat);
        }
        if (stat.get().getEphemeralOwner() != handle.zk().getSessionId()) {
            return new Outcome.Done<>(Optional.empty());
        }
        Entry entry = new Entry(
                request.election(), request.session(), path, stat.get().getCzxid(), request.generation());
        return new Outcome.Done<>(Optional.of(new Enrolment(entry, standing)));
    }

    /** Only what this client's attempts made: on the caller's connection there may be members that are the caller's own. */
    CompletableFuture<Outcome<List<Entry>>> ownEntries(SessionId session) {
        OpenSession open = sessions.find(session);
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(session));
        }
        return ground.inOrder(open.handle(), () -> open.handle()
                .requests()
                .ephemerals()
                .thenCompose(reply -> reply.isOk()
                        ? entries(open, reply.get())
                        : CompletableFuture.completedFuture(KeeperErrors.<List<Entry>>read(reply))));
    }

    private CompletableFuture<Outcome<List<Entry>>> entries(OpenSession open, List<String> ephemerals) {
        List<CompletableFuture<Outcome<Optional<Entry>>>> entries = new ArrayList<>();
        for (String served : ephemerals) {
            String path = served.substring(link.chroot().length());
            Optional<UUID> attempt = attemptOf(path);
            if (attempt.isPresent() && open.attempts().containsKey(attempt.get())) {
                OpenSession.Attempt made = open.attempts().get(attempt.get());
                if (made != null && !path.equals(ground.layout().payload(attempt.get()))) {
                    entries.add(open.handle().requests().exists(path).thenApply(stat -> entry(open, made, path, stat)));
                }
            }
        }
        return Futures.all(entries).thenApply(outcomes -> {
            List<Entry> present = new ArrayList<>();
            for (Outcome<Optional<Entry>> outcome : outcomes) {
                if (!(outcome instanceof Outcome.Done<Optional<Entry>> done)) {
                    return Views.recast(outcome);
                }
                done.value().ifPresent(present::add);
            }
            return new Outcome.Done<>(List.copyOf(present));
        });
    }

    private static Outcome<Optional<Entry>> entry(
            OpenSession open, OpenSession.Attempt made, String path, Reply<Stat> stat) {
        if (stat.is(Code.NONODE)) {
            return new Outcome.Done<>(Optional.empty());
        }
        if (!stat.isOk()) {
            return KeeperErrors.read(stat);
        }
        return new Outcome.Done<>(Optional.of(
                new Entry(made.election(), open.id(), path, stat.get().getCzxid(), made.generation())));
    }

    private static Optional<UUID> attemptOf(String path) {
        return NodeName.parse(Layout.nameOf(path)).flatMap(name -> Optional.ofNullable(name.attempt()));
    }

    // ---- leaving

    /** A node's name is made once, of an attempt's identity and a sequence number, so the path is the comparison. */
    CompletableFuture<Outcome<Ack>> withdraw(Handle handle, Entry own) {
        OpenSession open = sessions.find(own.session());
        Optional<UUID> attempt = attemptOf(own.key());
        OpenSession.Attempt made =
                open == null || attempt.isEmpty() ? null : open.attempts().get(attempt.get());
        CompletableFuture<Reply<String>> entry = handle.requests().delete(own.key());
        CompletableFuture<Reply<String>> payload = made != null && made.hasPayload() && attempt.isPresent()
                ? handle.requests().delete(ground.layout().payload(attempt.get()))
                : entry;
        return entry.thenCombine(payload, (left, removed) -> {
            for (Reply<String> reply : List.of(left, removed)) {
                if (!reply.isOk() && !reply.is(Code.NONODE)) {
                    return KeeperErrors.write(reply);
                }
            }
            if (open != null && attempt.isPresent()) {
                open.attempts().remove(attempt.get());
            }
            return new Outcome.Done<>(Ack.ACK);
        });
    }

    // ---- the payload

    CompletableFuture<Outcome<Ack>> updatePayload(Entry own, byte[] payload) {
        OpenSession open = sessions.find(own.session());
        if (open == null) {
            return CompletableFuture.completedFuture(Sessions.gone(own.session()));
        }
        if (!open.handle().isConnected()) {
            return CompletableFuture.completedFuture(KeeperErrors.unavailable("not connected to ZooKeeper"));
        }
        Optional<UUID> attempt = attemptOf(own.key());
        OpenSession.Attempt made = attempt.isEmpty() ? null : open.attempts().get(attempt.get());
        if (made == null || attempt.isEmpty()) {
            return CompletableFuture.completedFuture(entryGone(own));
        }
        return publish(open, own, ground.layout().payload(attempt.get()), made, payload, true);
    }

    static <T> Outcome<T> entryGone(Entry own) {
        return new Outcome.Refused<>(Refusal.ENTRY_GONE, own.key() + " does not stand any more");
    }

    private CompletableFuture<Outcome<Ack>> publish(
            OpenSession open, Entry own, String path, OpenSession.Attempt made, byte[] payload, boolean mayRepeat) {
        boolean there = made.hasPayload();
        Op change = there
                ? Op.setData(path, payload, -1)
                : Op.create(path, payload, ground.acl(path), CreateMode.EPHEMERAL);
        made.payloadMade();
        return open.handle()
                .requests()
                .multi(List.of(Op.check(own.key(), -1), change))
                .thenCompose(reply -> {
                    Outcome<Ack> outcome;
                    if (reply.isOk()) {
                        outcome = new Outcome.Done<>(Ack.ACK);
                    } else if (reply.failedAt(CHECK, Code.NONODE)) {
                        outcome = entryGone(own);
                    } else if (!there && mayRepeat && reply.failedAt(1, Code.NODEEXISTS)) {
                        // An earlier publication whose reply was lost had made it.
                        return publish(open, own, path, made, payload, false);
                    } else if (there && mayRepeat && reply.failedAt(1, Code.NONODE)) {
                        OpenSession.Attempt anew = new OpenSession.Attempt(made.election(), made.generation(), false);
                        attemptOf(own.key())
                                .ifPresent(attempt -> open.attempts().put(attempt, anew));
                        return publish(open, own, path, anew, payload, false);
                    } else {
                        outcome = KeeperErrors.write(reply);
                    }
                    return CompletableFuture.completedFuture(outcome);
                });
    }
}
