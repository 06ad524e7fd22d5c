package dev.incumbent.embedded.etcd.linearizability;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Faults, one or two at a time, from a seed; each ends before the next begins. */
final class Nemesis {

    private static final Duration SHORTEST = Duration.ofMillis(100);

    private final Cluster cluster;
    private final Random random;
    private final Duration longest;
    private final Duration calm;
    private final List<String> done = new ArrayList<>();

    /**
     * Faults that last between 100 ms and this long, with a calm between them that clients use to get on.
     */
    Nemesis(Cluster cluster, long seed, Duration longest, Duration calm) {
        this.cluster = cluster;
        this.random = new Random(seed);
        this.longest = longest;
        this.calm = calm;
    }

    /** Goes on until the time is up, then heals. */
    void rageFor(Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        pause(calm);
        while (deadline - System.nanoTime() > 0) {
            fault();
            if (random.nextInt(5) == 0) {
                fault();
            }
            pause(SHORTEST.plus(Duration.ofMillis(random.nextInt((int) longest.toMillis()))));
            cluster.heal();
            pause(calm);
        }
    }

    private void fault() {
        int nodes = cluster.endpoints().size();
        // The leader is where it hurts.
        int node = random.nextInt(2) == 0 ? cluster.leader() : 1 + random.nextInt(nodes);
        List<Cluster.Fault> faults = cluster.faultsOf(node);
        Cluster.Fault fault = faults.get(random.nextInt(faults.size()));
        done.add(fault.name());
        fault.begin().run();
    }

    private static void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** What was done, in order. */
    List<String> done() {
        return done;
    }
}
