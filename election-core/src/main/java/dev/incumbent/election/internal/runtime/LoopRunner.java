package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.LeaderLoop;
import dev.incumbent.election.LeaderWork;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LoopPolicy;
import dev.incumbent.election.RevocationCause;
import io.github.resilience4j.core.IntervalFunction;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs leader work, on a thread of its own per term, and interrupts that thread when the term ends.
 *
 * <p>A term's thread is the only one ever interrupted, and a new term starts only after the thread of the one before has
 * ended: the candidacy drains it first.
 */
final class LoopRunner implements LeaderLoop, TermHook {

    private static final Logger log = LoggerFactory.getLogger(LoopRunner.class);

    private final String election;
    private final LeaderWork work;
    private final LoopPolicy policy;
    private final IntervalFunction backoff;
    private final CompletableFuture<CandidacyRunner> candidacy = new CompletableFuture<>();

    private volatile @Nullable Throwable lastFailure;
    /** Touched by one term thread after the other; each starts after the one before was drained. */
    private int failures;

    private volatile @Nullable WorkThread current;

    private LoopRunner(String election, LeaderWork work, LoopPolicy policy) {
        this.election = election;
        this.work = work;
        this.policy = policy;
        this.backoff = IntervalFunction.ofExponentialBackoff(policy.initialBackoff(), 2.0, policy.maxBackoff());
    }

    static LoopRunner start(
            CoordinatedClient client, String election, LeaderWork work, LoopPolicy policy, CampaignOptions options) {
        LoopRunner loop = new LoopRunner(election, work, policy);
        loop.candidacy.complete(client.campaign(election, options, loop));
        return loop;
    }

    @Override
    public void elected(Leadership leadership) {
        WorkThread thread = new WorkThread(leadership);
        current = thread;
        thread.start();
    }

    @Override
    public CompletionStage<Void> revoked(Leadership leadership, RevocationCause cause) {
        WorkThread thread = current;
        if (thread == null) {
            return CompletableFuture.completedStage(null);
        }
        thread.over.countDown();
        thread.interrupt();
        return thread.stopped;
    }

    /** One term's work. */
    private final class WorkThread extends Thread {

        private final Leadership leadership;
        private final CountDownLatch over = new CountDownLatch(1);
        private final CompletableFuture<Void> stopped = new CompletableFuture<>();

        WorkThread(Leadership leadership) {
            super("incumbent-leader-" + election);
            setDaemon(true);
            this.leadership = leadership;
        }

        @Override
        public void run() {
            SerialCallbacks.runInside(this::work);
        }

        private void work() {
            try {
                while (over.getCount() > 0 && runOnce()) {
                    log.debug("{}: running the leader work again", election);
                }
            } catch (InterruptedException revoked) {
                log.debug("{}: leader work interrupted between two runs", election);
            } finally {
                stopped.complete(null);
            }
        }

        /** Runs the work once and says whether to run it again in the same term. */
        private boolean runOnce() throws InterruptedException {
            LoopPolicy.Next next;
            long pauseMillis = 0;
            try {
                work.lead(leadership);
                lastFailure = null;
                failures = 0;
                next = policy.onReturn();
            } catch (Throwable thrown) {
                if (over.getCount() == 0) {
                    log.debug("{}: leader work ended with its term", election, thrown);
                    return false;
                }
                lastFailure = thrown;
                failures++;
                pauseMillis = backoff.apply(failures);
                next = policy.onFailure();
                log.warn("{}: leader work failed; next: {}", election, next, thrown);
            }
            return over.getCount() > 0 && follow(next, pauseMillis);
        }

        private boolean follow(LoopPolicy.Next next, long pauseMillis) throws InterruptedException {
            CandidacyRunner own = candidacy.join();
            switch (next) {
                case REPEAT -> {
                    return !over.await(pauseMillis, TimeUnit.MILLISECONDS);
                }
                case REQUEUE -> own.requeue(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
                case STOP -> own.resign();
                case HOLD -> over.await();
            }
            return false;
        }
    }

    @Override
    public Candidacy candidacy() {
        return candidacy.join();
    }

    @Override
    public Optional<Throwable> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    @Override
    public void close() {
        candidacy.join().close();
    }
}
