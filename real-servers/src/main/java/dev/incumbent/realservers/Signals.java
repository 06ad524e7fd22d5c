package dev.incumbent.realservers;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** POSIX signals, which the JDK can only send two of. */
final class Signals {

    private Signals() {}

    /** Sends a signal such as {@code STOP}; does nothing if the process has ended. */
    static void send(String signal, Process process) {
        if (!process.isAlive()) {
            return;
        }
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!kill.waitFor(10, TimeUnit.SECONDS)) {
                kill.destroyForcibly();
                throw new RealServerException("kill -" + signal + " did not return");
            }
            if (kill.exitValue() != 0 && process.isAlive()) {
                throw new RealServerException("kill -" + signal + " " + process.pid() + " failed");
            }
        } catch (IOException e) {
            throw new RealServerException("Cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RealServerException("Interrupted while sending " + signal, e);
        }
    }
}
