package dev.incumbent.testkit.simulation;

import dev.incumbent.election.spi.EventLoop;
import dev.incumbent.election.spi.Subscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;

/** One process: its clocks, its event loop, its callback threads. It can be paused, suspended with its machine, and killed. */
final class SimulatedProcess {

    private final Simulation simulation;
    private final String name;
    private final SimulatedTicker ticker;
    private final Loop loop = new Loop();
    private final List<Runnable> deferred = new ArrayList<>();
    private double stuckCallbacks;
    private boolean alive = true;
    private int stops;
    private long runningSince;

    SimulatedProcess(Simulation simulation, String name, SimulatedTicker ticker) {
        this.simulation = simulation;
        this.name = name;
        this.ticker = ticker;
        this.runningSince = simulation.now();
    }

    String name() {
        return name;
    }

    SimulatedTicker ticker() {
        return ticker;
    }

    EventLoop loop() {
        return loop;
    }

    Executor callbacks() {
        return task -> post(callbackDelay(), () -> guarded("a callback", task));
    }

    boolean isAlive() {
        return alive;
    }

    boolean isRunning() {
        return alive && stops == 0;
    }

    /** For how long this process has run without a stop, in nanoseconds of true time. */
    long runningFor() {
        return isRunning() ? simulation.now() - runningSince : 0;
    }

    /** With this probability a callback takes up to a minute. */
    void stuckCallbacks(double probability) {
        stuckCallbacks = probability;
    }

    private long callbackDelay() {
        if (simulation.chance(stuckCallbacks)) {
            return simulation.between(5 * Simulation.SECOND, 50 * Simulation.SECOND);
        }
        return simulation.chance(0.05)
                ? simulation.between(Simulation.MILLI, 500 * Simulation.MILLI)
                : simulation.between(1_000, Simulation.MILLI);
    }

    /** Something happens in this process after a while; later if it does not run then, never if it is dead. */
    void post(long delay, Runnable task) {
        simulation.after(delay, () -> whenRunning(task));
    }

    private void whenRunning(Runnable task) {
        if (stops > 0) {
            deferred.add(task);
        } else if (alive) {
            task.run();
        }
    }

    private void guarded(String what, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | AssertionError defect) {
            java.io.StringWriter stack = new java.io.StringWriter();
            defect.printStackTrace(new java.io.PrintWriter(stack));
            simulation.violated("DEFECT", what + " of " + name + " threw " + stack);
        }
    }

    /** Nothing of this process runs, clocks go on: a garbage collection, a SIGSTOP. */
    void pause() {
        stops++;
    }

    void goOn() {
        stops--;
        if (stops == 0) {
            runningSince = simulation.now();
            List<Runnable> missed = List.copyOf(deferred);
            deferred.clear();
            missed.forEach(task -> post(0, task));
        }
    }

    void crash() {
        alive = false;
        deferred.clear();
        loop.close();
    }

    /** Tasks one after the other, with small delays between them. */
    private final class Loop implements EventLoop {

        private final Queue<Runnable> queue = new ArrayDeque<>();
        private boolean scheduled;
        private boolean closed;

        @Override
        public void execute(Runnable task) {
            if (!closed) {
                queue.add(task);
                wake();
            }
        }

        private void wake() {
            if (!scheduled) {
                scheduled = true;
                boolean hiccup = simulation.chance(0.005);
                post(simulation.between(500, hiccup ? 30 * Simulation.MILLI : 20_000), this::runNext);
            }
        }

        private void runNext() {
            scheduled = false;
            Runnable task = closed ? null : queue.poll();
            if (task != null) {
                guarded("a task of the event loop", task);
            }
            if (!queue.isEmpty()) {
                wake();
            }
        }

        @Override
        public Subscription schedule(Runnable task, long delayNanos) {
            Timer timer = new Timer(task, ticker.nanoTime() + Math.max(0, delayNanos));
            timer.arm();
            return () -> timer.cancelled = true;
        }

        @Override
        public void close() {
            closed = true;
            queue.clear();
        }

        private final class Timer {
            private final Runnable task;
            private final long dueAt;
            private boolean cancelled;

            Timer(Runnable task, long dueAt) {
                this.task = task;
                this.dueAt = dueAt;
            }

            void arm() {
                post(ticker.trueNanos(dueAt - ticker.nanoTime()), this::fire);
            }

            void fire() {
                if (cancelled || closed) {
                    return;
                }
                if (ticker.nanoTime() - dueAt < 0) {
                    arm(); // The clock stood still meanwhile.
                    return;
                }
                execute(() -> {
                    if (!cancelled) {
                        task.run();
                    }
                });
            }
        }
    }
}
