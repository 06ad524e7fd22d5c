package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Sends Txns, many in one request where many are asked for at once.
 *
 * <p>One that comes alone goes out alone and at once. While requests are under way others gather, and go out as Txns nested
 * in one. They share a revision, which is no harm between elections, and no two of them name one key. Txns that only read
 * go out as one flat Txn, since etcd puts one with nested ones through its log, and equal ones share an answer. A request that
 * is refused as a whole changed nothing, so its members are then sent one by one, and only the guilty ones fail; one whose
 * outcome is open is open for all. Who waits longer than a call may take is told that nothing was sent, and so are all where
 * nobody can be reached.
 *
 * <p>Touched on the loop only.
 */
final class Batcher {

    /** Their own operations count beside those of the outer Txn, so that both stay far below etcd's limit. */
    static final int MOST = 32;

    /** A third of what etcd takes in one request as it is shipped. */
    static final int MOST_BYTES = 512 * 1024;

    private static final int UNDER_WAY = 2;

    /**
     * What a Txn yielded.
     *
     * @param response its own response
     * @param revision the store's revision, as of which everything in the response holds
     */
    record Answer(TxnResponse response, long revision) {}

    private static final class Member {

        private final String key;
        private final TxnRequest txn;
        private final boolean reads;
        private final CompletableFuture<Reply<Answer>> answer = new CompletableFuture<>();
        private Subscription bound = () -> {};

        Member(String key, TxnRequest txn) {
            this.key = key;
            this.txn = txn;
            this.reads =
                    txn.getCompareCount() == 0 && txn.getSuccessList().stream().allMatch(RequestOp::hasRequestRange);
        }
    }

    private final IoLoop loop;
    private final long boundNanos;
    private final Function<TxnRequest, CompletableFuture<Reply<TxnResponse>>> sender;
    private final Set<Member> waiting = new LinkedHashSet<>();

    /** The reads among those that wait. */
    private final Map<TxnRequest, Member> reads = new HashMap<>();

    private int underWay;
    private boolean flushing;

    /**
     * Makes one.
     *
     * @param loop where everything happens
     * @param boundNanos how long a Txn may wait to be sent
     * @param sender sends a Txn and bounds it by itself
     */
    Batcher(IoLoop loop, long boundNanos, Function<TxnRequest, CompletableFuture<Reply<TxnResponse>>> sender) {
        this.loop = loop;
        this.boundNanos = boundNanos;
        this.sender = sender;
    }

    /**
     * Sends a Txn, with others or alone.
     *
     * @param key what it writes; it shares no request with another of the same key, unless both only read
     * @param txn the Txn
     */
    CompletableFuture<Reply<Answer>> send(String key, TxnRequest txn) {
        Member same = reads.get(txn);
        if (same != null) {
            return same.answer;
        }
        Member member = new Member(key, txn);
        waiting.add(member);
        if (member.reads) {
            reads.put(txn, member);
        }
        Status late = Status.UNAVAILABLE.withDescription("too many requests wait to be sent");
        member.bound = loop.schedule(() -> giveUp(member, Reply.failed(late, false)), boundNanos);
        if (!flushing) {
            flushing = true;
            // Behind what the loop has to do already: others may be about to ask.
            loop.execute(() -> {
                flushing = false;
                flush();
            });
        }
        return member.answer;
    }

    private void leave(Member member) {
        waiting.remove(member);
        reads.remove(member.txn, member);
        member.bound.close();
    }

    private void giveUp(Member member, Reply<Answer> reply) {
        leave(member);
        member.answer.complete(reply);
    }

    private void flush() {
        while (underWay < UNDER_WAY && !waiting.isEmpty()) {
            List<Member> batch = nextBatch();
            underWay++;
            CompletableFuture<Void> sent = batch.size() == 1 ? sendAlone(batch.get(0)) : sendTogether(batch);
            sent.whenComplete((done, defect) -> landed());
        }
    }

    private void landed() {
        underWay--;
        flush();
    }

    private List<Member> nextBatch() {
        List<Member> batch = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        int bytes = 0;
        for (Member member : waiting) {
            int more = member.txn.getSerializedSize();
            if (batch.size() == MOST || (!batch.isEmpty() && bytes + more > MOST_BYTES)) {
                break;
            }
            if (member.reads || keys.add(member.key)) {
                batch.add(member);
                bytes += more;
            }
        }
        batch.forEach(this::leave);
        return batch;
    }

    private CompletableFuture<Void> sendAlone(Member member) {
        return sender.apply(member.txn).thenAccept(reply -> {
            member.answer.complete(
                    reply.isOk()
                            ? Reply.of(new Answer(
                                    reply.get(), reply.get().getHeader().getRevision()))
                            : reply.recast());
            giveUpIfNobodyIsReached(reply);
        });
    }

    private CompletableFuture<Void> sendTogether(List<Member> batch) {
        boolean flat = batch.stream().allMatch(member -> member.reads)
                && batch.stream()
                                .mapToInt(member -> member.txn.getSuccessCount())
                                .sum()
                        <= Txns.MOST_OPS;
        TxnRequest.Builder together = TxnRequest.newBuilder();
        for (Member member : batch) {
            if (flat) {
                together.addAllSuccess(member.txn.getSuccessList());
            } else {
                together.addSuccess(Txns.nested(member.txn));
            }
        }
        return sender.apply(together.build()).thenAccept(reply -> {
            if (reply.isOk()) {
                handOut(batch, flat, reply.get());
            } else if (isSomebodysFault(batch, reply)) {
                batch.forEach(this::sendAlone);
            } else {
                batch.forEach(member -> member.answer.complete(reply.recast()));
                giveUpIfNobodyIsReached(reply);
            }
        });
    }

    private static void handOut(List<Member> batch, boolean flat, TxnResponse response) {
        long revision = response.getHeader().getRevision();
        int op = 0;
        for (Member member : batch) {
            int ops = flat ? member.txn.getSuccessCount() : 1;
            TxnResponse own = flat
                    ? TxnResponse.newBuilder()
                            .setSucceeded(true)
                            .addAllResponses(response.getResponsesList().subList(op, op + ops))
                            .build()
                    : response.getResponses(op).getResponseTxn();
            op += ops;
            member.answer.complete(Reply.of(new Answer(own, revision)));
        }
    }

    /** The next one would be waited for as long, and in vain: there may be thousands. */
    private void giveUpIfNobodyIsReached(Reply<?> reply) {
        if (!reply.isOk() && !reply.sent() && EtcdErrors.refusal(reply.status()) == null) {
            List.copyOf(waiting).forEach(member -> giveUp(member, reply.recast()));
        }
    }

    /** Whether the request was declined for what may be wrong with one of its members alone. */
    private static boolean isSomebodysFault(List<Member> batch, Reply<?> reply) {
        Refusal refusal = EtcdErrors.refusal(reply.status());
        if (refusal == Refusal.SESSION_GONE) {
            return batch.stream().map(member -> lease(member.txn)).distinct().count() > 1;
        }
        // Where the quota is used up that is nobody's fault, and the request may have been carried out.
        return refusal != null && refusal != Refusal.EXHAUSTED;
    }

    /** The lease that a Txn enters under, 0 if it does not. */
    private static long lease(TxnRequest txn) {
        return txn.getSuccessList().stream()
                .mapToLong(op -> op.getRequestPut().getLease())
                .max()
                .orElse(0);
    }
}
