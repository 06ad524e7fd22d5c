package dev.incumbent.embedded.raft;

import java.security.SecureRandom;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A node as its users see it: the same through all of its lives. */
final class Node<M extends StateMachine<C, R>, C, R> implements RaftNode<M, C, R>, Life.Owner<M> {

    private final int number;
    private final Settings settings;
    private final CommandCodec<C> codec;
    private final IntFunction<M> machines;
    private final Links links;
    private final List<Listener<M>> listeners = new CopyOnWriteArrayList<>();
    /** In the order of their deadlines, which is nearly that of their arrival. */
    private final Queue<Request<?>> open = new ConcurrentLinkedQueue<>();

    /** From somewhere at random: the log may still hold the numbers of an earlier process. */
    private final AtomicLong requests = new AtomicLong(new SecureRandom().nextLong() >>> 2);

    private volatile @Nullable Life<M, C, R> life;

    Node(int number, Settings settings, CommandCodec<C> codec, IntFunction<M> machines, Links links) {
        this.number = number;
        this.settings = settings;
        this.codec = codec;
        this.machines = machines;
        this.links = links;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String label() {
        return settings.name() + "-" + number;
    }

    @Override
    public List<Listener<M>> listeners() {
        return listeners;
    }

    @Override
    public void addListener(Listener<M> listener) {
        listeners.add(listener);
    }

    // Life and death. Serialized by the cluster.

    /** Opens the directory; {@link #run} lets the node go. */
    void prepare() {
        if (isUp()) {
            throw new IllegalStateException(label() + " runs");
        }
        Life<M, C, R> last = life;
        if (last != null && !last.hasClosed()) {
            // It stopped itself just now, or hangs in its disk or in a listener.
            last.end("it is restarted");
            if (!last.hasClosed()) {
                throw new IllegalStateException(label() + " does not end: its thread is stuck");
            }
        }
        Life<M, C, R> next = new Life<>(this, settings, machines.apply(number), codec);
        next.prepare();
        life = next;
    }

    void run() {
        Life<M, C, R> current = life;
        if (current != null) {
            current.run();
        }
    }

    boolean isUp() {
        Life<M, C, R> current = life;
        return current != null && !current.isOver();
    }

    void end(String why) {
        Life<M, C, R> current = life;
        if (current != null) {
            current.end(why);
        }
    }

    void pause() {
        withLife(Life::pause);
    }

    void resume() {
        withLife(Life::resume);
    }

    private void withLife(Consumer<Life<M, C, R>> action) {
        Life<M, C, R> current = life;
        if (current == null || current.isOver()) {
            throw new IllegalStateException(label() + " is down");
        }
        action.accept(current);
    }

    @Override
    public void ended(String why) {
        for (Request<?> request = open.poll(); request != null; request = open.poll()) {
            request.abandon(why);
        }
    }

    // Links.

    @Override
    public void send(int to, Message message) {
        links.send(number, to, message);
    }

    void deliver(Message message) {
        Life<M, C, R> current = life;
        if (current != null) {
            current.deliver(message);
        }
    }

    // Requests.

    @Override
    public CompletableFuture<R> submit(C command) {
        Submission<R> submission = new Submission<>(requests.incrementAndGet(), deadline(), codec.encode(command));
        return enqueue(submission, current -> current.submit(submission));
    }

    @Override
    public <T> CompletableFuture<T> read(Function<? super M, ? extends T> read) {
        Reading<M, T> reading = new Reading<>(requests.incrementAndGet(), deadline(), read);
        return enqueue(reading, current -> current.read(reading));
    }

    @Override
    public <T> CompletableFuture<T> readLocal(Function<? super M, ? extends T> read) {
        Reading<M, T> reading = new Reading<>(requests.incrementAndGet(), deadline(), read);
        return enqueue(reading, current -> current.readLocal(reading));
    }

    @Override
    public CompletableFuture<Void> transferLeadership(int node) {
        links.check(node);
        Handover handover = new Handover(requests.incrementAndGet(), deadline(), node);
        return enqueue(handover, current -> current.transfer(handover));
    }

    private long deadline() {
        return System.nanoTime() + settings.requestTimeout().toNanos();
    }

    private <T> CompletableFuture<T> enqueue(Request<T> request, Consumer<Life<M, C, R>> task) {
        Life<M, C, R> current = life;
        // Into the list first: a life that ends after it took the task abandons what is in there.
        open.add(request);
        if (current == null || !current.post(() -> task.accept(current))) {
            request.refuse(label() + " is down");
        }
        return request.future();
    }

    /** Ends what is overdue. Called by the cluster's timer, since the node's thread may be frozen. */
    void expire(long now) {
        open.removeIf(Request::isDone);
        for (Request<?> first = open.peek(); first != null && first.isOverdue(now); first = open.peek()) {
            open.poll();
            first.abandon(label() + " got no answer within " + settings.requestTimeout());
        }
    }

    @Override
    public Status status() {
        Life<M, C, R> current = life;
        return current == null ? View.down() : current.status(System.nanoTime());
    }
}
