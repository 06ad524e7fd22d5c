package dev.incumbent.realservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster of real servers on 127.0.0.1, each a process of its own with a temporary directory.
 *
 * <p>Members are numbered from 1 and keep their ports over restarts. Thread-safe, except that a fault and its end are to come
 * from one thread. {@link #close()} is idempotent, kills everything and removes the directory; if this JVM dies first, the
 * servers die with it.
 */
public abstract sealed class RealCluster implements AutoCloseable permits RealConsulCluster, RealEtcdCluster {

    private static final Logger LOG = LoggerFactory.getLogger(RealCluster.class);
    private static final int LAST_WORDS = 4_000;
    private static final int START_ATTEMPTS = 3;

    private final String what;
    private final Path directory;
    private final List<? extends RealMember> members;
    private final AtomicBoolean closed = new AtomicBoolean();

    RealCluster(String what, Path directory, List<? extends RealMember> members) {
        this.what = what;
        this.directory = directory;
        this.members = members;
    }

    /** Starts what the supplier makes, anew if somebody else took one of its ports in the meantime. */
    static <C extends RealCluster> C start(Supplier<C> maker, Duration timeout) {
        for (int attempt = 1; ; attempt++) {
            C cluster = maker.get();
            try {
                cluster.startAll(timeout);
                return cluster;
            } catch (RealServerException failed) {
                boolean portWasTaken = cluster.logs().contains("address already in use");
                cluster.close();
                if (!portWasTaken || attempt == START_ATTEMPTS) {
                    throw failed;
                }
            }
        }
    }

    void startAll(Duration timeout) {
        members.forEach(RealMember::start);
        await("all members of " + what, timeout, () -> {
            members.stream().filter(member -> !member.isRunning()).findAny().ifPresent(ended -> {
                throw new RealServerException("Member " + ended.number() + " ended at once; " + lastWords());
            });
            return members.stream().allMatch(RealMember::isHealthy);
        });
        LOG.info("{} with {} node(s) serves at {}", what, members.size(), clientUrls());
    }

    static Path temporaryDirectory(String server) {
        try {
            return Files.createTempDirectory("real-" + server + "-");
        } catch (IOException e) {
            throw new RealServerException("No temporary directory", e);
        }
    }

    // ---- where and who

    final List<String> clientUrls() {
        return members.stream().map(RealMember::clientUrl).toList();
    }

    /** Numbers of all members, running or not. */
    public final List<Integer> nodes() {
        return members.stream().map(RealMember::number).toList();
    }

    /**
     * The member that leads: it says so, and a quorum confirmed it. Empty if there is none at this moment.
     */
    public final OptionalInt findLeader() {
        return members.stream()
                .filter(RealMember::isLeader)
                .filter(RealMember::isHealthy)
                // The round through the quorum would have told a deposed leader.
                .filter(RealMember::isLeader)
                .mapToInt(RealMember::number)
                .findFirst();
    }

    /**
     * The member that leads; waits up to 20 seconds for one.
     *
     * @throws RealServerException if none does in time
     */
    public final int leader() {
        return awaitLeader(Duration.ofSeconds(20));
    }

    /**
     * Waits until a member leads.
     *
     * @throws RealServerException if none does in time
     */
    public final int awaitLeader(Duration timeout) {
        OptionalInt[] found = {OptionalInt.empty()};
        await("a leader", timeout, () -> {
            found[0] = findLeader();
            return found[0].isPresent();
        });
        return found[0].orElseThrow();
    }

    /** Whether the member answers, through a quorum. */
    public final boolean isHealthy(int node) {
        return member(node).isHealthy();
    }

    /**
     * Waits until every member that runs and is not frozen serves.
     *
     * @throws RealServerException if that does not happen in time
     */
    public final void awaitHealthy(Duration timeout) {
        await("all running members", timeout, () -> members.stream()
                .filter(RealMember::canAnswer)
                .allMatch(RealMember::isHealthy));
    }

    // ---- faults

    /** SIGKILL; its directory stays for a {@link #restart}. Returns when the process is gone. */
    public final void kill9(int node) {
        LOG.debug("SIGKILL to node {}", node);
        member(node).kill();
    }

    /** SIGTERM, an orderly end; its directory stays. Returns when the process is gone. */
    public final void stop(int node) {
        member(node).stop();
    }

    /** Starts an ended member from its directory; returns before it serves. Does nothing if it runs. */
    public final void restart(int node) {
        member(node).start();
    }

    /** SIGSTOP: freezes the member until {@link #sigcont}. Its connections stay open and silent. */
    public final void sigstop(int node) {
        LOG.debug("SIGSTOP to node {}", node);
        member(node).freeze();
    }

    /** SIGCONT. */
    public final void sigcont(int node) {
        member(node).thaw();
    }

    /** Ends every freeze and restarts every member that is down; returns before they serve. */
    public final void heal() {
        members.forEach(RealMember::thaw);
        members.forEach(RealMember::start);
    }

    // ---- logs and end

    /** What the member has written to its log. */
    public final String log(int node) {
        return member(node).log();
    }

    String logs() {
        return String.join("", members.stream().map(RealMember::log).toList());
    }

    /** The end of each member's log, for the message of a failed test. */
    public final String lastWords() {
        StringBuilder words = new StringBuilder();
        for (RealMember member : members) {
            String log = member.log();
            words.append("\n---- node ").append(member.number()).append('\n');
            words.append(log.substring(Math.max(0, log.length() - LAST_WORDS / members.size())));
        }
        return words.toString();
    }

    /** Copies the members' logs into a directory, which is created; for tests that fail. */
    public final void keepLogs(Path into) {
        try {
            Files.createDirectories(into);
            for (RealMember member : members) {
                Files.writeString(into.resolve(member.name() + ".log"), member.log());
            }
        } catch (IOException e) {
            throw new RealServerException("Cannot keep the logs in " + into, e);
        }
    }

    private void await(String what, Duration timeout, BooleanSupplier condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (deadline - System.nanoTime() < 0) {
                throw new RealServerException("Waited " + timeout + " for " + what + " in vain; " + lastWords());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RealServerException("Interrupted while waiting for " + what, e);
            }
        }
    }

    final RealMember member(int number) {
        if (number < 1 || number > members.size()) {
            throw new IllegalArgumentException("no node " + number + " among " + nodes());
        }
        return members.get(number - 1);
    }

    @Override
    public final void close() {
        if (closed.compareAndSet(false, true)) {
            members.forEach(RealMember::kill);
            deleteFilesOutside();
            delete(directory);
        }
    }

    /** Removes what was made for this cluster but is not in its directory. */
    void deleteFilesOutside() {}

    static void delete(Path directory) {
        try (Stream<Path> content = Files.walk(directory)) {
            List<Path> all = new ArrayList<>(content.toList());
            // Children come after their parents.
            Collections.reverse(all);
            for (Path path : all) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("Could not remove {}: {}", directory, e.toString());
        }
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + what + " at " + clientUrls() + "]";
    }
}
