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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster of real etcd servers on 127.0.0.1, each a process of its own with a temporary directory.
 *
 * <p>Members are numbered from 1 and keep their ports over restarts. Thread-safe, except that a fault and its end are to come
 * from one thread. {@link #close()} is idempotent, kills everything and removes the directory; if this JVM dies first, the
 * servers die with it.
 */
public final class RealEtcdCluster implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RealEtcdCluster.class);
    private static final int LAST_WORDS = 4_000;
    private static final int START_ATTEMPTS = 3;

    private final RealEtcdClusterBuilder.Settings settings;
    private final Path directory;
    private final List<EtcdMember> members;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RealEtcdCluster(RealEtcdClusterBuilder.Settings settings, Path directory) {
        this.settings = settings;
        this.directory = directory;
        this.members = EtcdMember.all(settings, directory);
    }

    /** Settings with their defaults: one member, nothing forced to disk, etcd's own timings. */
    public static RealEtcdClusterBuilder builder(EtcdInstallation installation) {
        return new RealEtcdClusterBuilder(installation);
    }

    /** A cluster with the default settings, serving. */
    public static RealEtcdCluster start(EtcdInstallation installation, int nodes) {
        return builder(installation).nodes(nodes).start();
    }

    static RealEtcdCluster start(RealEtcdClusterBuilder.Settings settings) {
        for (int attempt = 1; ; attempt++) {
            RealEtcdCluster cluster = new RealEtcdCluster(settings, temporaryDirectory());
            try {
                cluster.startAll();
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

    private void startAll() {
        members.forEach(EtcdMember::start);
        await("all members of " + settings.installation(), settings.startTimeout(), () -> {
            members.stream().filter(member -> !member.isRunning()).findAny().ifPresent(ended -> {
                throw new RealServerException("Member " + ended.number() + " ended at once; " + lastWords());
            });
            return members.stream().allMatch(EtcdMember::isHealthy);
        });
        LOG.info("{} with {} node(s) serves at {}", settings.installation(), members.size(), endpoints());
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("real-etcd-");
        } catch (IOException e) {
            throw new RealServerException("No temporary directory", e);
        }
    }

    // ---- where and who

    /** The programs that this cluster runs. */
    public EtcdInstallation installation() {
        return settings.installation();
    }

    /** URLs for clients, of all members in their order, such as {@code http://127.0.0.1:33333}. */
    public List<String> endpoints() {
        return members.stream().map(EtcdMember::clientUrl).toList();
    }

    /** The URL of one member. */
    public String endpoint(int node) {
        return member(node).clientUrl();
    }

    /** Numbers of all members, running or not. */
    public List<Integer> nodes() {
        return members.stream().map(EtcdMember::number).toList();
    }

    /**
     * The keys of a cluster with TLS.
     *
     * @throws IllegalStateException if it was started without
     */
    public TlsFiles tls() {
        return settings.tls().orElseThrow(() -> new IllegalStateException("started without TLS"));
    }

    /** {@code etcdctl} of the same installation for all members, with the keys of TLS if there are any. */
    public Etcdctl etcdctl() {
        return etcdctl(endpoints());
    }

    /** The same for one member. */
    public Etcdctl etcdctl(int node) {
        return etcdctl(List.of(endpoint(node)));
    }

    private Etcdctl etcdctl(List<String> endpoints) {
        Etcdctl plain = Etcdctl.of(installation(), endpoints);
        return settings.tls()
                .map(files -> plain.with(
                        "--cacert=" + files.ca(), "--cert=" + files.clientCertificate(), "--key=" + files.clientKey()))
                .orElse(plain);
    }

    /**
     * The member that leads: it says so, and a quorum confirmed it. Empty if there is none at this moment.
     */
    public OptionalInt findLeader() {
        return members.stream()
                .filter(EtcdMember::isLeader)
                .filter(EtcdMember::isHealthy)
                // The round through the quorum would have told a deposed leader.
                .filter(EtcdMember::isLeader)
                .mapToInt(EtcdMember::number)
                .findFirst();
    }

    /**
     * The member that leads; waits up to 20 seconds for one.
     *
     * @throws RealServerException if none does in time
     */
    public int leader() {
        return awaitLeader(Duration.ofSeconds(20));
    }

    /**
     * Waits until a member leads.
     *
     * @throws RealServerException if none does in time
     */
    public int awaitLeader(Duration timeout) {
        OptionalInt[] found = {OptionalInt.empty()};
        await("a leader", timeout, () -> {
            found[0] = findLeader();
            return found[0].isPresent();
        });
        return found[0].orElseThrow();
    }

    /** Whether the member answers, through a quorum. */
    public boolean isHealthy(int node) {
        return member(node).isHealthy();
    }

    /**
     * Waits until every member that runs and is not frozen serves.
     *
     * @throws RealServerException if that does not happen in time
     */
    public void awaitHealthy(Duration timeout) {
        await("all running members", timeout, () -> members.stream()
                .filter(EtcdMember::canAnswer)
                .allMatch(EtcdMember::isHealthy));
    }

    // ---- faults

    /** SIGKILL; its directory stays for a {@link #restart}. Returns when the process is gone. */
    public void kill9(int node) {
        LOG.debug("SIGKILL to node {}", node);
        member(node).kill();
    }

    /** SIGTERM, an orderly end; its directory stays. Returns when the process is gone. */
    public void stop(int node) {
        member(node).stop();
    }

    /** Starts an ended member from its directory; returns before it serves. Does nothing if it runs. */
    public void restart(int node) {
        member(node).start();
    }

    /** SIGSTOP: freezes the member until {@link #sigcont}. Its connections stay open and silent. */
    public void sigstop(int node) {
        LOG.debug("SIGSTOP to node {}", node);
        member(node).freeze();
    }

    /** SIGCONT. */
    public void sigcont(int node) {
        member(node).thaw();
    }

    /** Ends every freeze and restarts every member that is down; returns before they serve. */
    public void heal() {
        members.forEach(EtcdMember::thaw);
        members.forEach(EtcdMember::start);
    }

    // ---- logs and end

    /** What the member has written to its log. */
    public String log(int node) {
        return member(node).log();
    }

    private String logs() {
        return String.join("", members.stream().map(EtcdMember::log).toList());
    }

    /** The end of each member's log, for the message of a failed test. */
    public String lastWords() {
        StringBuilder words = new StringBuilder();
        for (EtcdMember member : members) {
            String log = member.log();
            words.append("\n---- node ").append(member.number()).append('\n');
            words.append(log.substring(Math.max(0, log.length() - LAST_WORDS / members.size())));
        }
        return words.toString();
    }

    /** Copies the members' logs into a directory, which is created; for tests that fail. */
    public void keepLogs(Path into) {
        try {
            Files.createDirectories(into);
            for (EtcdMember member : members) {
                Files.writeString(into.resolve("etcd-" + member.number() + ".log"), member.log());
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

    private EtcdMember member(int number) {
        if (number < 1 || number > members.size()) {
            throw new IllegalArgumentException("no node " + number + " among " + nodes());
        }
        return members.get(number - 1);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            members.forEach(EtcdMember::kill);
            settings.tls().ifPresent(TlsFiles::delete);
            delete(directory);
        }
    }

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
    public String toString() {
        return "RealEtcdCluster[" + settings.installation() + " at " + endpoints() + "]";
    }
}
