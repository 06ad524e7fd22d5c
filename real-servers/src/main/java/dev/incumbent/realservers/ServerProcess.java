package dev.incumbent.realservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One server that can be started, killed, frozen and started again; its output is appended to one log file. */
final class ServerProcess {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private @Nullable Process process;
    private boolean frozen;

    ServerProcess(List<String> command, Map<String, String> environment, Path log) {
        this.command = command;
        this.environment = environment;
        this.log = log;
    }

    synchronized void start() {
        if (isRunning()) {
            return;
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        forgetSettings(builder.environment());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            Process started = builder.start();
            Orphans.protect(started);
            started.getOutputStream().close();
            process = started;
            frozen = false;
        } catch (IOException e) {
            throw new RealServerException("Cannot start " + command, e);
        }
    }

    /**
     * Removes what this JVM's environment says to servers and clients: they obey variables for which a test sets no flag,
     * or warn of them.
     */
    static void forgetSettings(Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith("ETCD") || name.startsWith("CONSUL_"));
    }

    synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Whether it runs and can answer: it is not frozen. */
    synchronized boolean canAnswer() {
        return isRunning() && !frozen;
    }

    /** SIGKILL; returns when it is gone. */
    synchronized void kill() {
        if (process != null) {
            process.destroyForcibly();
            await(process);
        }
    }

    /** SIGTERM, and SIGKILL if it does not heed it; returns when it is gone. */
    synchronized void stop() {
        if (process == null) {
            return;
        }
        thaw();
        process.destroy();
        if (!await(process)) {
            kill();
        }
    }

    synchronized void freeze() {
        if (process != null) {
            Signals.send("STOP", process);
            frozen = true;
        }
    }

    synchronized void thaw() {
        if (process != null && frozen) {
            Signals.send("CONT", process);
            frozen = false;
        }
    }

    String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new RealServerException("Cannot read " + log, e);
        }
    }

    private static boolean await(Process process) {
        try {
            return process.waitFor(STOP_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
