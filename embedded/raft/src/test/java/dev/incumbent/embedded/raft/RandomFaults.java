package dev.incumbent.embedded.raft;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Breaks a cluster and mends it, by a seed, until it is told to stop. One fault at a time, sometimes two. */
final class RandomFaults implements Runnable {

    private final RaftCluster<?, ?, ?> cluster;
    private final Random random;
    private volatile boolean stopped;

    RandomFaults(RaftCluster<?, ?, ?> cluster, long seed) {
        this.cluster = cluster;
        random = new Random(seed);
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        while (!stopped) {
            Runnable mend = breakSomething();
            rest(100, 700);
            Runnable mendToo = random.nextInt(4) == 0 ? breakSomething() : () -> {};
            rest(0, 300);
            mendToo.run();
            mend.run();
            rest(50, 600);
        }
    }

    private Runnable breakSomething() {
        int node = node();
        int other = 1 + (node + random.nextInt(cluster.size() - 1)) % cluster.size();
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                return whileUp(node, () -> cluster.kill(node), () -> cluster.restart(node));
            }
            case 2 -> {
                return whileUp(node, () -> cluster.pause(node), () -> cluster.resume(node));
            }
            case 3 -> {
                cluster.isolate(node);
                return cluster::heal;
            }
            case 4 -> {
                cluster.cut(node, other);
                return cluster::heal;
            }
            case 5 -> {
                cluster.slow(node, other, Duration.ofMillis(random.nextInt(600)));
                return cluster::heal;
            }
            default -> {
                cluster.node(other).transferLeadership(node);
                return () -> {};
            }
        }
    }

    /** Half of the time the leader, if there is one. */
    private int node() {
        int any = 1 + random.nextInt(cluster.size());
        return random.nextBoolean() ? cluster.leader().orElse(any) : any;
    }

    /** A killed node can have been paused before: it starts unfrozen. */
    private Runnable whileUp(int node, Runnable fault, Runnable mend) {
        if (!cluster.node(node).status().up()) {
            return () -> {};
        }
        fault.run();
        return () -> {
            if (!cluster.node(node).status().up()) {
                cluster.restart(node);
            } else {
                mend.run();
            }
        };
    }

    private void rest(int least, int most) {
        LockSupport.parkNanos(
                Duration.ofMillis(least + random.nextInt(most - least)).toNanos());
    }
}
