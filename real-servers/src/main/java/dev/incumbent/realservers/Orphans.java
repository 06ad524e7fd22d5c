package dev.incumbent.realservers;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that no process outlives this JVM.
 *
 * <p>An orderly end runs the shutdown hook. A JVM that is killed runs nothing: so each process has a shell beside it that
 * reads a pipe from this JVM and kills the process when the pipe breaks.
 */
final class Orphans {

    private static final Set<Ward> WARDS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> WARDS.forEach(ward -> ward.process.destroyForcibly()), "real-servers-orphans"));
    }

    private Orphans() {}

    static Ward protect(Process process) {
        Ward ward = new Ward(process, watchdog(process));
        WARDS.add(ward);
        // The shell has to go before the process id can be anybody else's.
        process.onExit().thenRun(ward::release);
        return ward;
    }

    private static @Nullable Process watchdog(Process process) {
        try {
            return new ProcessBuilder("sh", "-c", "read -r end; kill -KILL \"$1\"", "watchdog", "" + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException noShell) {
            return null;
        }
    }

    /** One process under protection. */
    static final class Ward {
        private final Process process;
        private final @Nullable Process watchdog;

        private Ward(Process process, @Nullable Process watchdog) {
            this.process = process;
            this.watchdog = watchdog;
        }

        /** Ends the protection; may be called again. */
        void release() {
            if (WARDS.remove(this) && watchdog != null) {
                watchdog.destroyForcibly();
            }
        }
    }
}
