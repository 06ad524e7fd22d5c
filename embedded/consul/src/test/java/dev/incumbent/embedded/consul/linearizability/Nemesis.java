package dev.incumbent.embedded.consul.linearizability;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Faults, one or two at a time, from a seed; each ends before the next begins. */
final class Nemesis {

    private static final Duration SHORTEST = Duration.ofMillis(100);

    private final EmbeddedConsul consul;
    private final Random random;
    private final Duration longest;
    private final Duration calm;
    private final List<String> done = new ArrayList<>();

    /**
     * Faults that last between 100 ms and this long, with a calm between them that clients use to get on.
     */
    Nemesis(EmbeddedConsul consul, long seed, Duration longest, Duration calm) {
        this.consul = consul;
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
            heal();
            pause(calm);
        }
    }

    private record Fault(String name, Runnable begin) {}

    private void fault() {
        // The leader is where it hurts.
        int node = random.nextInt(2) == 0 ? consul.leader().orElse(1) : 1 + random.nextInt(consul.size());
        List<Fault> faults = faultsOf(node);
        Fault fault = faults.get(random.nextInt(faults.size()));
        done.add(fault.name());
        fault.begin().run();
    }

    private List<Fault> faultsOf(int node) {
        int next = node % consul.size() + 1;
        return List.of(
                new Fault("kill " + node, () -> consul.kill(node)),
                new Fault("pause " + node, () -> consul.pause(node)),
                new Fault("isolate " + node, () -> consul.isolate(node)),
                new Fault("cut " + node + " to " + next, () -> consul.cut(node, next)),
                new Fault("cut " + next + " to " + node, () -> consul.cut(next, node)),
                new Fault("cut clients of " + node, () -> consul.cutClients(node)));
    }

    private void heal() {
        consul.heal();
        consul.nodes().forEach(consul::restart);
    }

    private static void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** What was done, in order. */
    List<String> done() {
        return done;
    }
}
