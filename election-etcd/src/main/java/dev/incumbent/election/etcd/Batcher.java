package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Refusal;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Sends Txns, many in one request where many are asked for at once.
 *
 * <p>One that comes alone goes out alone and at once. While requests are under way others gather, and go out as Txns nested
 * in one. They share a revision, which is no harm between elections, and no two of them name one key. A request that
 * is refused as a whole changed nothing, so its members are then sent one by one, and only the guilty ones fail; one whose
 * outcome is open is open for all.
 *
 * <p>Touched on the loop only.
 */
final class Batcher {

    /** Their own operations count beside those of the outer Txn, so that both stay far below etcd's limit. */
    static final int MOST = 32;

    private static final int UNDER_WAY = 2;

    /**
     * What a Txn yielded.
     *
     * @param response its own response
     * @param revision the store's revision, as of which everything in the response holds
     */
    record Answer(TxnResponse response, long revision) {}

    private record Member(String key, TxnRequest txn, CompletableFuture<Reply<Answer>> answer) {}

    private final Loop loop;
    private final Function<TxnRequest, CompletableFuture<Reply<TxnResponse>>> sender;
    private final Deque<Member> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean flushing;

    Batcher(Loop loop, Function<TxnRequest, CompletableFuture<Reply<TxnResponse>>> sender) {
        this.loop = loop;
        this.sender = sender;
    }

    /**
     * Sends a Txn, with others or alone.
     *
     * @param key what it writes; it shares no request with another of the same key
     * @param txn the Txn
     */
    CompletableFuture<Reply<Answer>> send(String key, TxnRequest txn) {
        Member member = new Member(key, txn, new CompletableFuture<>());
        waiting.add(member);
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

    private void flush() {
        while (underWay < UNDER_WAY && !waiting.isEmpty()) {
            List<Member> batch = nextBatch();
            underWay++;
            if (batch.size() == 1) {
                sendAlone(batch.get(0)).thenRun(this::landed);
            } else {
                sendTogether(batch);
            }
        }
    }

    private void landed() {
        underWay--;
        flush();
    }

    private List<Member> nextBatch() {
        List<Member> batch = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (Iterator<Member> next = waiting.iterator(); next.hasNext() && batch.size() < MOST; ) {
            Member member = next.next();
            if (keys.add(member.key)) {
                batch.add(member);
                next.remove();
            }
        }
        return batch;
    }

    private CompletableFuture<Void> sendAlone(Member member) {
        return sender.apply(member.txn)
                .thenAccept(reply -> member.answer.complete(
                        reply.isOk()
                                ? Reply.of(new Answer(
                                        reply.get(), reply.get().getHeader().getRevision()))
                                : reply.recast()));
    }

    private void sendTogether(List<Member> batch) {
        TxnRequest.Builder together = TxnRequest.newBuilder();
        batch.forEach(member -> together.addSuccess(Txns.nested(member.txn)));
        sender.apply(together.build()).thenAccept(reply -> {
            if (reply.isOk()) {
                long revision = reply.get().getHeader().getRevision();
                for (int i = 0; i < batch.size(); i++) {
                    TxnResponse own = reply.get().getResponses(i).getResponseTxn();
                    batch.get(i).answer.complete(Reply.of(new Answer(own, revision)));
                }
            } else if (isSomebodysFault(reply)) {
                batch.forEach(this::sendAlone);
            } else {
                batch.forEach(member -> member.answer.complete(reply.recast()));
            }
            landed();
        });
    }

    /** Whether the request was declined for what may be wrong with one of its members alone. */
    private static boolean isSomebodysFault(Reply<?> reply) {
        Refusal refusal = EtcdErrors.refusal(reply.status());
        return refusal != null && refusal != Refusal.SESSION_GONE;
    }
}
