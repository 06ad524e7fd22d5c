package dev.incumbent.realservers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A program at work whose output can be read while it runs, such as a watch or a lock held by {@code etcdctl}.
 *
 * <p>Its output is collected by two daemon threads, whether or not anybody asks for it. Thread-safe. {@link #close()}
 * kills the program; it dies with this JVM in any case.
 */
public final class RunningCommand implements AutoCloseable {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(2);

    private final String what;
    private final Process process;
    private final Orphans.Ward ward;
    private final Object news = new Object();
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder err = new StringBuilder();
    private int openStreams = 2;

    private RunningCommand(String what, Process process) {
        this.what = what;
        this.process = process;
        this.ward = Orphans.protect(process);
        collect(process.getInputStream(), out);
        collect(process.getErrorStream(), err);
    }

    static RunningCommand start(List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command);
        ServerProcess.forgetSettings(builder.environment());
        builder.environment().putAll(environment);
        String what = String.join(" ", command);
        try {
            return new RunningCommand(what, builder.start());
        } catch (IOException e) {
            throw new RealServerException("Cannot start " + what, e);
        }
    }

    /** Runs a program to its end; one that outlasts its time is killed, and that is an error. */
    static CommandResult run(List<String> command, Map<String, String> environment, String input, Duration timeout) {
        try (RunningCommand running = start(command, environment)) {
            running.write(input);
            running.endInput();
            return running.awaitEnd(timeout);
        }
    }

    /** Sends text to the program's standard input. A program that has ended does not hear it. */
    public void write(String text) {
        OutputStream input = process.getOutputStream();
        try {
            input.write(text.getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException deaf) {
            // Its end is reported by awaitEnd, with its exit code and error output.
        }
    }

    /** Closes the program's standard input. */
    public void endInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException deaf) {
            // As for write.
        }
    }

    /** Its standard output up to now. */
    public String out() {
        synchronized (news) {
            return out.toString();
        }
    }

    /** Its standard error up to now. */
    public String err() {
        synchronized (news) {
            return err.toString();
        }
    }

    /** Whether it has not ended. */
    public boolean isRunning() {
        return process.isAlive();
    }

    /**
     * Waits until the standard output fits.
     *
     * @return the standard output
     * @throws RealServerException if it does not in time, or the program ends before
     */
    public String awaitOut(Predicate<String> fits, Duration timeout) {
        boolean[] fitted = {false};
        boolean inTime = await(
                () -> {
                    fitted[0] = fits.test(out.toString());
                    return fitted[0] || openStreams == 0;
                },
                timeout.toNanos());
        if (!fitted[0]) {
            throw new RealServerException(
                    (inTime ? "No more comes from" : "Waited " + timeout + " in vain for") + " the output of " + this);
        }
        return out();
    }

    /**
     * Waits for the program's end.
     *
     * @throws RealServerException if it does not end in time; it runs on
     */
    public CommandResult awaitEnd(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new RealServerException("Still runs after " + timeout + ": " + this);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        // A child that the program left behind may hold its output open for ever.
        await(() -> openStreams == 0, DRAIN_PATIENCE.toNanos());
        return new CommandResult(process.exitValue(), out(), err());
    }

    /** Asks it to end as Ctrl-C does: {@code etcdctl} then gives up its lock or election. */
    public void interrupt() {
        Signals.send("INT", process);
    }

    private void collect(InputStream stream, StringBuilder into) {
        Thread reader = new Thread(() -> read(stream, into), "real-servers-output-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream stream, StringBuilder into) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            char[] chunk = new char[4096];
            for (int count = reader.read(chunk); count >= 0; count = reader.read(chunk)) {
                synchronized (news) {
                    into.append(chunk, 0, count);
                    news.notifyAll();
                }
            }
        } catch (IOException closed) {
            // The program ended, or was killed by close().
        } finally {
            synchronized (news) {
                openStreams--;
                news.notifyAll();
            }
        }
    }

    private boolean await(BooleanSupplier met, long nanos) {
        long deadline = System.nanoTime() + nanos;
        synchronized (news) {
            try {
                while (!met.getAsBoolean()) {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    TimeUnit.NANOSECONDS.timedWait(news, Math.max(left, 1_000_000));
                }
                return true;
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    private RealServerException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new RealServerException("Interrupted while waiting for " + what, cause);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(STOP_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ward.release();
    }

    @Override
    public String toString() {
        return what + " [" + (isRunning() ? "running" : "exit " + process.exitValue()) + ", out: " + out() + ", err: "
                + err() + "]";
    }
}
