package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Subscription;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One blocking query over the queues of all elections.
 *
 * <p>Its answers are linearizable and whole: each is a view of everything as of one instant, so that nothing has to be read to
 * decide on them. The price is that each answer carries everything and that every change anywhere brings one; so there is a pause after
 * each. Touched on the loop only.
 */
final class TreePoll {

    /** Added to the pause for each key: reading the answers is to take less than half of the time. */
    private static final long PAUSE_PER_KEY_NANOS = 10_000;

    /** Told of views. */
    interface Listener {

        /**
         * A view of all queues.
         *
         * @param tree the view
         * @param newer whether it is certainly newer than the listener
         */
        void seen(Tree tree, boolean newer);

        /** The poll failed; it goes on by itself. */
        default void failed(String reason) {}
    }

    /**
     * All queues as of one instant.
     *
     * @param keys all entries by name
     * @param queues by prefix, each in order
     */
    record Tree(Map<String, GetValue> keys, Map<String, List<GetValue>> queues) {

        List<GetValue> queue(String prefix) {
            return queues.getOrDefault(prefix, List.of());
        }

        static Tree of(@Nullable List<GetValue> entries) {
            Map<String, GetValue> keys = new HashMap<>();
            Map<String, List<GetValue>> queues = new HashMap<>();
            for (GetValue entry : entries == null ? List.<GetValue>of() : entries) {
                String key = entry.getKey();
                keys.put(key, entry);
                queues.computeIfAbsent(key.substring(0, key.lastIndexOf('/') + 1), prefix -> new ArrayList<>())
                        .add(entry);
            }
            queues.values().forEach(queue -> queue.sort(Comparator.comparingLong(GetValue::getCreateIndex)));
            return new Tree(keys, queues);
        }
    }

    private record Subscriber(Listener listener, long since) {}

    private final Ground ground;
    private final Waits waits;
    private final Set<Subscriber> subscribers = new LinkedHashSet<>();
    private long asked;
    private long index;
    private boolean running;
    private Runnable abort = () -> {};

    TreePoll(Ground ground, Waits waits) {
        this.ground = ground;
        this.waits = waits;
    }

    /** Tells of every view from now on. */
    Subscription listen(Listener listener) {
        Subscriber subscriber = new Subscriber(listener, asked);
        subscribers.add(subscriber);
        if (!running) {
            running = true;
            // What has been seen before is not remembered, so that the first view comes at once.
            index = 0;
            // Behind what the loop has to do already: others may be about to listen.
            ground.loop().execute(this::ask);
        }
        return () -> subscribers.remove(subscriber);
    }

    /** Begins anew: what has been seen tells nothing of what is there now. */
    void forget() {
        index = 0;
        abort.run();
    }

    private void ask() {
        if (subscribers.isEmpty() || ground.agents().isClosed()) {
            running = false;
            return;
        }
        asked++;
        long number = asked;
        long seconds = waits.seconds();
        Agents.Poll<@Nullable List<GetValue>> poll = ground.agents()
                .poll(ConsulApi.awaitAll(ground.layout().elections(), index, seconds), waits.withinNanos(seconds));
        abort = poll.abort();
        long askedNanos = waits.now();
        poll.reply().thenAccept(reply -> onReply(number, askedNanos, reply));
    }

    private void onReply(long number, long askedNanos, Reply<@Nullable List<GetValue>> reply) {
        if (!reply.isOk()) {
            subscribers()
                    .forEach(subscriber ->
                            subscriber.listener().failed(reply.why().text()));
            // The next answer is whole again, and comes at once: meanwhile the index may have come back to what it was,
            // where what
            // was removed is remembered no more, or have fallen for good.
            index = 0;
            ground.loop().schedule(this::ask, waits.pauseNanos());
            return;
        }
        boolean same = reply.index() == index;
        index = reply.index() < index ? 1 : Math.max(1, reply.index());
        if (same) {
            boolean there = reply.value() != null;
            ground.loop().schedule(this::ask, waits.idlePauseNanos(askedNanos, there));
            return;
        }
        Tree tree = Tree.of(reply.value());
        subscribers().forEach(subscriber -> subscriber.listener().seen(tree, number > subscriber.since()));
        ground.loop()
                .schedule(
                        this::ask,
                        waits.shortPauseNanos()
                                + PAUSE_PER_KEY_NANOS * tree.keys().size());
    }

    private List<Subscriber> subscribers() {
        return List.copyOf(subscribers);
    }
}
