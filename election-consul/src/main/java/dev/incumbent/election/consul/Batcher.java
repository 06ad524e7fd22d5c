package dev.incumbent.election.consul;

import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Subscription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Sends operations, those of many callers in one Txn where many ask at once.
 *
 * <p>What comes alone goes out alone and at once. While requests are under way others gather, and go out together, with the
 * operations that they have in common made once. Together they are carried out all or none: where some are at fault they alone
 * hear of it, and the others are sent again; where the outcome is open it is open for all. Equal reads share an answer. Who waits
 * longer than a call may take is told that nothing was sent, and so are all where nobody can be reached.
 *
 * <p>Touched on the loop only.
 */
final class Batcher {

    /** Half of what Consul takes in one request as it is shipped. */
    static final int MOST_BYTES = 256 * 1024;

    private static final int UNDER_WAY = 2;

    private static final class Member {

        private final String place;
        private final Txn common;
        private final Txn own;
        private final int bytes;
        private final CompletableFuture<Reply<TxnAnswer>> answer = new CompletableFuture<>();
        private Subscription bound = () -> {};

        Member(String place, Txn common, Txn own) {
            this.place = place;
            this.common = common;
            this.own = own;
            this.bytes = own.json().length();
        }

        Txn alone() {
            return Txn.all(List.of(common, own));
        }
    }

    private final IoLoop loop;
    private final long boundNanos;
    private final Function<Txn, CompletableFuture<Reply<TxnAnswer>>> sender;
    private final Set<Member> waiting = new LinkedHashSet<>();
    private int underWay;
    private boolean flushing;

    /**
     * Makes one.
     *
     * @param loop where everything happens
     * @param boundNanos how long operations may wait to be sent
     * @param sender sends a Txn and bounds it by itself
     */
    Batcher(IoLoop loop, long boundNanos, Function<Txn, CompletableFuture<Reply<TxnAnswer>>> sender) {
        this.loop = loop;
        this.boundNanos = boundNanos;
        this.sender = sender;
    }

    /**
     * Sends operations, with others or alone. The answer holds what the others read as well.
     *
     * @param place what they are about; they share no request with others of the same place
     * @param common what comes first, made once for all that have it alike
     * @param own the rest
     */
    CompletableFuture<Reply<TxnAnswer>> send(String place, Txn common, Txn own) {
        for (Member other : waiting) {
            if (own.onlyReads() && other.place.equals(place) && other.own.equals(own) && other.common.equals(common)) {
                return other.answer;
            }
        }
        Member member = new Member(place, common, own);
        waiting.add(member);
        Trouble late = Trouble.unanswered("too many requests wait to be sent", false);
        member.bound = loop.schedule(() -> giveUp(member, Reply.failed(late)), boundNanos);
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
        member.bound.close();
    }

    private void giveUp(Member member, Reply<TxnAnswer> reply) {
        leave(member);
        member.answer.complete(reply);
    }

    /**
     * Tells those that have not been sent that they will not be.
     *
     * @param which by their own operations
     * @param reason why
     */
    void giveUp(Predicate<Txn> which, String reason) {
        Reply<TxnAnswer> reply = Reply.failed(Trouble.unanswered(reason, false));
        List.copyOf(waiting).stream().filter(member -> which.test(member.own)).forEach(member -> giveUp(member, reply));
    }

    private void flush() {
        while (underWay < UNDER_WAY && !waiting.isEmpty()) {
            List<Member> batch = nextBatch();
            underWay++;
            sendTogether(batch).whenComplete((done, defect) -> {
                underWay--;
                flush();
            });
        }
    }

    private List<Member> nextBatch() {
        List<Member> batch = new ArrayList<>();
        Set<String> places = new HashSet<>();
        int ops = 0;
        int bytes = 0;
        for (Member member : waiting) {
            boolean first = batch.isEmpty();
            if (first) {
                ops = member.common.ops().size();
            } else if (!member.common.equals(batch.get(0).common) || places.contains(member.place)) {
                continue;
            }
            ops += member.own.ops().size();
            bytes += member.bytes;
            if (!first && (ops > Txn.MOST_OPS || bytes > MOST_BYTES)) {
                break;
            }
            places.add(member.place);
            batch.add(member);
        }
        batch.forEach(this::leave);
        return batch;
    }

    private CompletableFuture<Void> sendTogether(List<Member> batch) {
        List<Txn> parts = new ArrayList<>();
        parts.add(batch.get(0).common);
        batch.forEach(member -> parts.add(member.own));
        return sender.apply(Txn.all(parts)).thenCompose(reply -> {
            if (batch.size() > 1 && isDeclined(reply)) {
                return CompletableFuture.allOf(
                        batch.stream().map(this::sendAlone).toArray(CompletableFuture<?>[]::new));
            }
            if (batch.size() > 1 && reply.isOk() && !reply.get().isDone()) {
                return tellTheGuilty(batch, reply);
            }
            batch.forEach(member -> member.answer.complete(reply));
            giveUpIfNobodyIsReached(reply);
            return CompletableFuture.completedFuture(null);
        });
    }

    private CompletableFuture<Void> sendAlone(Member member) {
        return sender.apply(member.alone()).thenAccept(member.answer::complete);
    }

    /** The next one would be waited for as long, and in vain: there may be thousands. */
    private void giveUpIfNobodyIsReached(Reply<TxnAnswer> reply) {
        if (!reply.isOk() && !reply.why().sent() && ConsulErrors.refusal(reply.why()) == null) {
            List.copyOf(waiting).forEach(member -> giveUp(member, reply));
        }
    }

    /** Whether nothing was done for what may be wrong with one of several alone; which one is not said. */
    private static boolean isDeclined(Reply<TxnAnswer> reply) {
        return !reply.isOk() && ConsulErrors.refusal(reply.why()) != null;
    }

    /**
     * Nothing was done. Consul names each operation that was in the way, so nobody hears of another's: one of a session that has
     * ended would otherwise end another that lives.
     */
    private CompletableFuture<Void> tellTheGuilty(List<Member> batch, Reply<TxnAnswer> reply) {
        int from = batch.get(0).common.ops().size();
        List<TxnAnswer.Failure> ofAll = reply.get().errorsOf(0, from);
        List<Member> innocent = new ArrayList<>();
        for (Member member : batch) {
            int to = from + member.own.ops().size();
            List<TxnAnswer.Failure> faults = new ArrayList<>(ofAll);
            faults.addAll(reply.get().errorsOf(from, to));
            if (faults.isEmpty()) {
                innocent.add(member);
            } else {
                member.answer.complete(new Reply<>(new TxnAnswer(Map.of(), faults), reply.index(), null));
            }
            from = to;
        }
        if (innocent.size() == batch.size()) {
            return CompletableFuture.allOf(
                    innocent.stream().map(this::sendAlone).toArray(CompletableFuture<?>[]::new));
        }
        return innocent.isEmpty() ? CompletableFuture.completedFuture(null) : sendTogether(innocent);
    }
}
