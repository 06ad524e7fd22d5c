package dev.incumbent.testkit.contract;

import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.RevocationCause;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Writes down what a listener is told; its end of a term can be held up. */
final class TermLog implements LeadershipListener {

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CountDownLatch inRevoked = new CountDownLatch(1);
    private final CountDownLatch mayReturn;

    private TermLog(CountDownLatch mayReturn) {
        this.mayReturn = mayReturn;
    }

    static TermLog quick() {
        return new TermLog(new CountDownLatch(0));
    }

    /** Stays in {@code revoked} until {@link #letGo()}. */
    static TermLog stuck() {
        return new TermLog(new CountDownLatch(1));
    }

    void letGo() {
        mayReturn.countDown();
    }

    CountDownLatch inRevoked() {
        return inRevoked;
    }

    /** What was told, without doubts, which may come at any time on a slow machine. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void elected(Leadership leadership) {
        lines.add("elected " + leadership.token().epoch());
    }

    @Override
    public void revoked(Leadership leadership, RevocationCause cause) {
        if (leadership.isValid()) {
            lines.add("still valid when told of the end");
        }
        lines.add("revoked " + leadership.token().epoch() + " " + cause);
        inRevoked.countDown();
        try {
            if (!mayReturn.await(2, TimeUnit.MINUTES)) {
                lines.add("was never let go");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
