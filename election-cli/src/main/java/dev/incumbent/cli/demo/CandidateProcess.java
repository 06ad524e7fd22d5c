package dev.incumbent.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A candidate's process, as its parent sees it. */
final class CandidateProcess implements AutoCloseable {

    private static final long KILL_PATIENCE_SECONDS = 5;

    private final String name;
    private final Process process;
    private final Writer orders;

    private CandidateProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    static CandidateProcess start(String name, List<String> command, String password, Transcript transcript)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(Candidate.PASSWORD_VARIABLE, password);
        Process process = builder.start();
        Thread listener = new Thread(() -> listen(name, process, transcript), "demo-" + name);
        listener.setDaemon(true);
        listener.start();
        return new CandidateProcess(name, process);
    }

    private static void listen(String name, Process process, Transcript transcript) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Event.parse(name, line, System.nanoTime()).ifPresent(transcript::add);
            }
            int code = process.waitFor();
            transcript.add(new Event(name, Event.Kind.EXITED, List.of(Integer.toString(code)), System.nanoTime()));
        } catch (IOException closed) {
            // The process was ended by us; nobody waits for its words any more.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /** Waits in the pipe if the process is stopped. */
    void order(Order order) {
        try {
            orders.write(order.name() + "\n");
            orders.flush();
        } catch (IOException gone) {
            throw new UncheckedIOException(name + " takes no orders any more", gone);
        }
    }

    /** As {@code kill -9}: the process has no chance to do anything. */
    void kill() {
        process.destroyForcibly();
    }

    /** Freezes the process where it stands, as {@code kill -STOP}, and waits until it is frozen. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    void wake() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        // The shell's own kill, since not every system has a program of that name.
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                .redirectErrorStream(true)
                .start();
        String output = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = kill.waitFor();
        if (code != 0) {
            throw new IOException("kill -" + signal + " failed for " + name + ": " + output);
        }
    }

    /** Ends the process, whatever state it is in (SIGKILL reaches a frozen one too), and waits for its end. */
    @Override
    public void close() {
        process.destroyForcibly();
        boolean interrupted = Thread.interrupted();
        try {
            process.waitFor(KILL_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException again) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits for an end that was asked for. */
    boolean awaitExit(long seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS);
    }
}
