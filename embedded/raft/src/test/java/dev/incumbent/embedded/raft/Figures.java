package dev.incumbent.embedded.raft;

import dev.incumbent.embedded.raft.Registers.Command;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** Prints what a cluster of three costs. By hand: {@code java -cp ... Figures}. */
final class Figures {

    private static final int WRITES = 5_000;
    private static final int PIPELINED = 100_000;
    private static final int IN_FLIGHT = 64;

    private Figures() {}

    public static void main(String[] arguments) throws InterruptedException {
        for (int round = 1; round <= 3; round++) {
            long start = System.nanoTime();
            try (Story story = Story.of(3)) {
                int leader = story.leader();
                System.out.printf("round %d: leader after %.0f ms%n", round, (System.nanoTime() - start) / 1e6);
                leader = story.settledLeader();
                one("write", () -> story.put(story.leader(), "x", "1"));
                int follower = story.otherThan(leader);
                one("write through a follower", () -> story.put(follower, "x", "1"));
                one("linearizable read from a follower", () -> story.read(follower, "x"));
                many(story.node(leader));
                failover(story);
                if (round == 3) {
                    memory();
                }
            }
        }
    }

    private static void one(String what, Runnable request) {
        long[] nanos = new long[WRITES];
        for (int i = 0; i < WRITES; i++) {
            long start = System.nanoTime();
            request.run();
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "  %s: p50 %.3f ms, p99 %.3f ms%n", what, nanos[WRITES / 2] / 1e6, nanos[WRITES * 99 / 100] / 1e6);
    }

    private static void many(RaftNode<Registers, Command, String> node) throws InterruptedException {
        Semaphore free = new Semaphore(IN_FLIGHT);
        CountDownLatch left = new CountDownLatch(PIPELINED);
        long start = System.nanoTime();
        for (int i = 0; i < PIPELINED; i++) {
            free.acquire();
            node.submit(Command.put("x" + i % 100, "" + i)).whenComplete((reply, failure) -> {
                free.release();
                left.countDown();
            });
        }
        left.await();
        System.out.printf(
                "  %d in flight: %.0f writes/s%n", IN_FLIGHT, PIPELINED / ((System.nanoTime() - start) / 1e9));
    }

    private static void failover(Story story) {
        int leader = story.settledLeader();
        long start = System.nanoTime();
        story.cluster().kill(leader);
        story.leader();
        System.out.printf("  leader killed, next after %.0f ms%n", (System.nanoTime() - start) / 1e6);
        start = System.nanoTime();
        story.cluster().restart(leader);
        story.settledLeader();
        System.out.printf("  restarted and following after %.0f ms%n", (System.nanoTime() - start) / 1e6);
    }

    private static void memory() {
        System.gc();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("raft-"))
                .count();
        System.out.printf(
                "  heap %.1f MB, %d threads%n", (runtime.totalMemory() - runtime.freeMemory()) / 1e6, threads);
    }
}
