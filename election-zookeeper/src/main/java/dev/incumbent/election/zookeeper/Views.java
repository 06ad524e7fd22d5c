package dev.incumbent.election.zookeeper;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.fencing.FencingToken;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/** Reads queues. Every view is ordered behind a barrier that went through the quorum, sent in the same round trip. */
final class Views {

    private static final byte[] NOTHING = new byte[0];

    private final Ground ground;

    Views(Ground ground) {
        this.ground = ground;
    }

    /** One election's queue as of now; empty where the election's node does not exist. */
    CompletableFuture<Outcome<Queue>> queue(Handle handle, String parent) {
        return ground.inOrder(handle, () -> read(handle, parent));
    }

    private CompletableFuture<Outcome<Queue>> read(Handle handle, String parent) {
        return handle.requests().children(parent).thenCompose(reply -> settled(handle, queue(parent, reply)));
    }

    static Outcome<Queue> queue(String parent, Reply<List<String>> children) {
        if (children.is(Code.NONODE)) {
            return new Outcome.Done<>(new Queue(parent, List.of()));
        }
        return children.isOk() ? new Outcome.Done<>(Queue.of(parent, children.get())) : KeeperErrors.read(children);
    }

    /** Asks for the transactions where sequence numbers do not give the order. */
    CompletableFuture<Outcome<Queue>> settled(Handle handle, Outcome<Queue> outcome) {
        if (!(outcome instanceof Outcome.Done<Queue> done) || !done.value().isAmbiguous()) {
            return CompletableFuture.completedFuture(outcome);
        }
        Queue queue = done.value();
        List<CompletableFuture<Reply<Stat>>> stats = new ArrayList<>();
        queue.members().forEach(member -> stats.add(handle.requests().exists(queue.path(member))));
        return Futures.all(stats).thenApply(replies -> {
            Map<String, Long> czxids = new HashMap<>();
            for (Reply<Stat> reply : replies) {
                if (reply.isOk()) {
                    czxids.put(Layout.nameOf(reply.path()), reply.get().getCzxid());
                } else if (!reply.is(Code.NONODE)) {
                    return KeeperErrors.read(reply);
                }
            }
            return new Outcome.Done<>(queue.byTransaction(czxids));
        });
    }

    /** An entry's place, ordered behind everything committed before the question. */
    CompletableFuture<Outcome<Standing>> standing(Handle handle, Entry own) {
        return ground.inOrder(handle, () -> look(handle, own));
    }

    /**
     * An entry's place, without a barrier where the stream that follows the entry goes on until the answer is there. The
     * session's reads are in order with its events, so the answer is no older than the removal that raised the question; being
     * first is stable, and the end of the own node would be told in the same stream. It spares a commit at every handoff.
     */
    CompletableFuture<Outcome<Standing>> standing(EntryFollower stream, Entry own) {
        Handle handle = stream.handle();
        CompletableFuture<Outcome<Standing>> result = new CompletableFuture<>();
        look(handle, own).thenAccept(outcome -> handle.gate().execute(() -> {
            if (stream.isUninterrupted() && outcome instanceof Outcome.Done) {
                result.complete(outcome);
            } else {
                standing(handle, own).thenAccept(result::complete);
            }
        }));
        return result;
    }

    /** The generation is read after the children, so that no raise which preceded them is missed. */
    private CompletableFuture<Outcome<Standing>> look(Handle handle, Entry own) {
        CompletableFuture<Outcome<Queue>> queue = read(handle, Layout.parentOf(own.key()));
        CompletableFuture<Outcome<GenerationRecord>> record =
                handle.requests().data(ground.layout().generation()).thenApply(ground::record);
        return queue.thenCombine(record, (seen, now) -> standing(own, seen, now));
    }

    private static Outcome<Standing> standing(Entry own, Outcome<Queue> seen, Outcome<GenerationRecord> now) {
        if (seen instanceof Outcome.Done<Queue> done && now instanceof Outcome.Done<GenerationRecord> current) {
            return new Outcome.Done<>(
                    standing(done.value(), own, current.value().generation()));
        }
        return seen instanceof Outcome.Done ? recast(now) : recast(seen);
    }

    private static Standing standing(Queue queue, Entry own, Generation current) {
        Standing standing = queue.standing(own.key());
        boolean superseded = !(standing instanceof Standing.Gone) && !current.equals(own.generation());
        return superseded ? new Standing.Superseded(current) : standing;
    }

    /** Carries an outcome that is not done over to another type of answer. */
    static <T> Outcome<T> recast(Outcome<?> outcome) {
        return outcome.map(done -> {
            throw new IllegalStateException("done: " + done);
        });
    }

    CompletableFuture<Outcome<List<CandidateInfo>>> list(Handle handle, String election) {
        CompletableFuture<Outcome<Queue>> queue = queue(handle, ground.layout().parent(election));
        CompletableFuture<Outcome<GenerationRecord>> record = ground.readOrLay(handle);
        return queue.thenCombine(record, (seen, now) -> {
                    if (!(seen instanceof Outcome.Done<Queue> done)) {
                        return CompletableFuture.completedFuture(Views.<List<CandidateInfo>>recast(seen));
                    }
                    if (done.value().members().isEmpty()) {
                        return CompletableFuture.<Outcome<List<CandidateInfo>>>completedFuture(
                                new Outcome.Done<>(List.of()));
                    }
                    return now instanceof Outcome.Done<GenerationRecord> current
                            ? infos(
                                    handle,
                                    election,
                                    done.value(),
                                    current.value().generation())
                            : CompletableFuture.completedFuture(Views.<List<CandidateInfo>>recast(now));
                })
                .thenCompose(next -> next);
    }

    private CompletableFuture<Outcome<List<CandidateInfo>>> infos(
            Handle handle, String election, Queue queue, Generation generation) {
        List<CompletableFuture<Outcome<Optional<CandidateInfo>>>> infos = new ArrayList<>();
        for (NodeName member : queue.members()) {
            CompletableFuture<Reply<Requests.Node>> entry = handle.requests().data(queue.path(member));
            infos.add(payload(handle, member)
                    .thenCombine(entry, (payload, node) -> info(election, generation, member, node, payload)));
        }
        return Futures.all(infos).thenApply(outcomes -> {
            List<CandidateInfo> present = new ArrayList<>();
            for (Outcome<Optional<CandidateInfo>> outcome : outcomes) {
                if (!(outcome instanceof Outcome.Done<Optional<CandidateInfo>> done)) {
                    return recast(outcome);
                }
                done.value().ifPresent(present::add);
            }
            return new Outcome.Done<>(List.copyOf(present));
        });
    }

    private CompletableFuture<Reply<Requests.Node>> payload(Handle handle, NodeName member) {
        return member.attempt() == null
                ? CompletableFuture.completedFuture(Reply.of(Code.NONODE.intValue(), null, ""))
                : handle.requests().data(ground.layout().payload(member.attempt()));
    }

    /** What others see of a member; empty if it has gone. A payload that cannot be read is none. */
    static Outcome<Optional<CandidateInfo>> info(
            String election,
            Generation generation,
            NodeName member,
            Reply<Requests.Node> entry,
            Reply<Requests.Node> payload) {
        if (entry.is(Code.NONODE)) {
            return new Outcome.Done<>(Optional.empty());
        }
        if (!entry.isOk()) {
            return KeeperErrors.read(entry);
        }
        Requests.Node node = entry.get();
        FencingToken token = new FencingToken(
                generation.authority(),
                election,
                generation.number(),
                node.stat().getCzxid());
        byte[] published = payload.isOk() ? payload.get().data() : NOTHING;
        return new Outcome.Done<>(Optional.of(new CandidateInfo(candidate(member, node.data()), token, published)));
    }

    /** A foreign member may publish no name, or one that is none; then its node's name has to do. */
    private static CandidateId candidate(NodeName member, byte[] data) {
        try {
            return new CandidateId(new String(data, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException unnamed) {
            return new CandidateId(member.name());
        }
    }
}
