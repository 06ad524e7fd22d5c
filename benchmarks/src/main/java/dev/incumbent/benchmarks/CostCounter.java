package dev.incumbent.benchmarks;

import dev.incumbent.embedded.zookeeper.ClientLink;
import dev.incumbent.embedded.zookeeper.Direction;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import dev.incumbent.embedded.zookeeper.Frame;
import dev.incumbent.embedded.zookeeper.RequestCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Candidates of one recipe, each on a network path of its own, and what their requests amount to. */
final class CostCounter implements AutoCloseable {

    /** Longer than any reply of an idle server takes; shorter only makes the counts vary. */
    private static final Duration QUIET = Duration.ofMillis(100);

    /** A candidate whose messages are counted and can be held. */
    record Linked(Candidate candidate, ClientLink link) implements Candidate {

        @Override
        public Standing stand(String election) {
            return candidate.stand(election);
        }

        @Override
        public void close() {
            candidate.close();
            link.close();
        }
    }

    private record Reading(long zxid, RequestCounts all) {}

    private final EmbeddedZooKeeper zk;
    private final List<Linked> candidates = new ArrayList<>();

    /** Opens the candidates, on the servers in turn. */
    CostCounter(EmbeddedZooKeeper zk, Recipe recipe, int count) {
        this.zk = zk;
        List<Integer> nodes = List.copyOf(zk.nodes());
        for (int i = 0; i < count; i++) {
            ClientLink link = zk.newClientLink(nodes.get(i % nodes.size()));
            candidates.add(new Linked(recipe.open(link.connectString(), i), link));
        }
    }

    List<Linked> candidates(int count) {
        return candidates.subList(0, count);
    }

    /** What it costs to stand in an election where nobody else stands, until office and beyond. */
    Cost campaign(int candidate, String election) {
        Linked only = candidates.get(candidate);
        Reading before = settled();
        RequestCounts own = only.link.requestCounts();
        Candidate.Standing standing = only.stand(election);
        standing.elected().await();
        Cost cost = since(before, own, only.link);
        withdraw(standing);
        return cost;
    }

    /** What it costs that the first resigns and the next leads. */
    Cost handOff(HandoffQueue queue) {
        Reading before = settled();
        ClientLink heir = linkOf(queue.heir());
        RequestCounts own = heir.requestCounts();
        queue.handOff();
        Cost cost = since(before, own, heir);
        queue.refill();
        return cost;
    }

    /** How many times a candidate had to wait for a server before it was in office: replies are let through in batches. */
    int roundTripsOfCampaign(int candidate, String election) {
        Linked only = candidates.get(candidate);
        settled();
        only.link.holdReplies();
        Candidate.Standing standing = only.stand(election);
        int batches = deliverUntil(standing.elected(), only.link);
        withdraw(standing);
        return batches;
    }

    /** How many times the heir had to wait for a server after it was notified. */
    int roundTripsOfHeir(HandoffQueue queue) {
        settled();
        HandoffQueue.Turn leader = queue.leader();
        ClientLink link = linkOf(queue.heir());
        Moment elected = queue.heir().standing().elected();
        link.holdReplies();
        Thread resigning = new Thread(queue::handOff, "resigning-" + leader.hashCode());
        resigning.start();
        int batches = deliverUntil(elected, link);
        join(resigning);
        queue.refill();
        return batches - 1; // the first batch is the notification
    }

    private static int deliverUntil(Moment elected, ClientLink link) {
        int batches = 0;
        while (true) {
            Patience.until(
                    "it leads or a reply is held",
                    () -> elected.hasHappened()
                            || !link.held(Direction.TO_CLIENT).isEmpty());
            // Replies that are held although it leads already were not what it waited for.
            List<Frame> held = Patience.untilQuiet(QUIET, () -> link.held(Direction.TO_CLIENT));
            if (elected.hasHappened()) {
                break;
            }
            link.deliver(Direction.TO_CLIENT, held.size());
            batches++;
        }
        link.release();
        return batches;
    }

    private ClientLink linkOf(HandoffQueue.Turn turn) {
        return candidates.stream()
                .filter(linked -> linked == turn.candidate())
                .findFirst()
                .orElseThrow()
                .link();
    }

    private static void withdraw(Candidate.Standing standing) {
        standing.resign();
        standing.awaitGone();
    }

    private Cost since(Reading before, RequestCounts heirBefore, ClientLink heir) {
        Reading after = settled();
        return Cost.of(
                after.zxid - before.zxid,
                after.all.since(before.all),
                heir.requestCounts().since(heirBefore));
    }

    private Reading settled() {
        return Patience.untilQuiet(QUIET, () -> new Reading(zk.lastZxid(), zk.requestCounts()));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        candidates.forEach(Linked::close);
    }
}
