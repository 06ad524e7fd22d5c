package dev.incumbent.embedded.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes, their links, and a thread that measures time for both. */
final class Cluster<M extends StateMachine<C, R>, C, R> implements RaftCluster<M, C, R> {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final long EXPIRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Nodes that start at one instant split the first vote. */
    private static final long STAGGER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Settings settings;
    private final Links links;
    private final List<Node<M, C, R>> nodes = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer;
    /** Serializes kill, restart, pause, resume and close, which wait for threads and files. Never held by a node's thread. */
    private final ReentrantLock lives = new ReentrantLock();

    private @Nullable DirectoryLock lock;
    private boolean closed;

    Cluster(Settings settings, CommandCodec<C> codec, IntFunction<M> machines) {
        this.settings = settings;
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, settings.name() + "-timer");
            thread.setDaemon(true);
            return thread;
        });
        links = new Links(settings.size(), timer, (message, to) -> node(to).deliver(message));
        for (int number = 1; number <= settings.size(); number++) {
            nodes.add(new Node<>(number, settings, codec, machines, links));
        }
    }

    void start() {
        try {
            Files.createDirectories(settings.directory());
            lock = DirectoryLock.take(settings.directory());
            nodes.forEach(Node::prepare);
            long delay = 0;
            for (Node<M, C, R> node : shuffled()) {
                timer.schedule(node::run, delay, TimeUnit.NANOSECONDS);
                delay += STAGGER_NANOS;
            }
            timer.scheduleWithFixedDelay(this::expire, EXPIRY_NANOS, EXPIRY_NANOS, TimeUnit.NANOSECONDS);
        } catch (IOException e) {
            close();
            throw new RaftStoreException("cannot start from " + settings.directory(), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private List<Node<M, C, R>> shuffled() {
        List<Node<M, C, R>> order = new ArrayList<>(nodes);
        Collections.shuffle(order);
        return order;
    }

    private void expire() {
        long now = System.nanoTime();
        nodes.forEach(node -> node.expire(now));
    }

    @Override
    public int size() {
        return settings.size();
    }

    @Override
    public Node<M, C, R> node(int number) {
        return nodes.get(links.check(number) - 1);
    }

    @Override
    public OptionalInt leader() {
        int leader = 0;
        long term = -1;
        for (Node<M, C, R> node : nodes) {
            RaftNode.Status status = node.status();
            // A deposed leader may not have noticed yet; the later term is right.
            if (status.leads() && status.term() > term) {
                term = status.term();
                leader = node.number();
            }
        }
        return leader == 0 ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    @Override
    public int awaitLeader(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        OptionalInt leader = leader();
        while (leader.isEmpty()) {
            if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                throw new RaftException.Unavailable(settings.name() + " has no leader after " + patience);
            }
            LockSupport.parkNanos(LOOK_NANOS);
            leader = leader();
        }
        return leader.getAsInt();
    }

    @Override
    public void kill(int number) {
        change(() -> node(number).end("it was killed"));
    }

    @Override
    public void restart(int number) {
        change(() -> {
            node(number).prepare();
            node(number).run();
        });
    }

    @Override
    public void pause(int number) {
        change(() -> node(number).pause());
    }

    @Override
    public void resume(int number) {
        change(() -> node(number).resume());
    }

    private void change(Runnable action) {
        lives.lock();
        try {
            if (closed) {
                throw new IllegalStateException(settings.name() + " is closed");
            }
            action.run();
        } finally {
            lives.unlock();
        }
    }

    @Override
    public void cut(int from, int to) {
        links.link(from, to).cut();
    }

    @Override
    public void isolate(int number) {
        links.isolate(links.check(number));
    }

    @Override
    public void slow(int from, int to, Duration delay) {
        links.link(from, to).slow(delay.toNanos());
    }

    @Override
    public void heal() {
        links.heal();
    }

    @Override
    public void close() {
        lives.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            timer.shutdownNow();
            nodes.forEach(node -> node.end("the cluster was closed"));
            releaseFiles();
        } finally {
            lives.unlock();
        }
    }

    private void releaseFiles() {
        try {
            if (lock != null) {
                lock.close();
            }
            if (settings.temporary()) {
                remove(settings.directory());
            }
        } catch (IOException e) {
            LOG.warn("{}: could not release {}: {}", settings.name(), settings.directory(), e.toString());
        }
    }

    private static void remove(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
