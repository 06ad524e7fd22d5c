package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Subscription;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Blocking queries on single keys, one for each key however many watch it.
 *
 * <p>What they tell is a hint: they are answered by whoever takes itself for the leader, and may skip states. They go on by themselves
 * after a failure, since what counts is the state and not the way to it. One that nobody needs any more is left to
 * run out, and whoever needs it again in the meantime takes it over ({@link Waits} says why). Touched on the loop only.
 */
final class KeyPolls {

    /** Told of each new state of a key: null for absent, which may be told again. */
    @FunctionalInterface
    interface Watcher {
        void changed(@Nullable GetValue now);
    }

    private final Ground ground;
    private final Waits waits;
    private final Map<String, KeyPoll> polls = new HashMap<>();

    KeyPolls(Ground ground, Waits waits) {
        this.ground = ground;
        this.waits = waits;
    }

    /** How many keys are being polled. */
    int size() {
        return polls.size();
    }

    /**
     * Watches a key from a state on that the caller knows.
     *
     * @param key which
     * @param modifyIndex its index in that state, 0 for absent
     * @param watcher told of newer states, never before this method has returned
     * @return to end it
     */
    Subscription watch(String key, long modifyIndex, Watcher watcher) {
        KeyPoll poll = polls.get(key);
        if (poll == null) {
            poll = new KeyPoll(key, modifyIndex);
            polls.put(key, poll);
            poll.ask();
        }
        return poll.add(watcher, modifyIndex);
    }

    /** Ends them all, for what they know is worth nothing. */
    void forgetAll() {
        List.copyOf(polls.values()).forEach(KeyPoll::end);
    }

    private final class KeyPoll {

        private final String key;
        private final Set<Watcher> watchers = new LinkedHashSet<>();
        private long index;
        private long modifyIndex;
        private @Nullable GetValue last;

        /** The index of the last answer, 0 before the first. */
        private long heardAt;

        private Runnable abort = () -> {};
        private boolean over;

        KeyPoll(String key, long modifyIndex) {
            this.key = key;
            this.modifyIndex = modifyIndex;
            this.index = modifyIndex;
        }

        Subscription add(Watcher watcher, long known) {
            watchers.add(watcher);
            GetValue newer = last;
            // That it is absent is newer than any state before the index that came with it.
            boolean isNewer = newer == null ? known > 0 && heardAt >= known : newer.getModifyIndex() > known;
            if (isNewer) {
                ground.loop().execute(() -> {
                    if (watchers.contains(watcher)) {
                        watcher.changed(newer);
                    }
                });
            }
            return () -> watchers.remove(watcher);
        }

        void ask() {
            long seconds = waits.seconds();
            Agents.Poll<@Nullable GetValue> poll =
                    ground.agents().poll(ConsulApi.await(key, Math.max(1, index), seconds), waits.withinNanos(seconds));
            abort = poll.abort();
            long askedNanos = waits.now();
            poll.reply().thenAccept(reply -> onReply(reply, askedNanos));
        }

        private void onReply(Reply<@Nullable GetValue> reply, long askedNanos) {
            if (over) {
                return;
            }
            if (watchers.isEmpty() || ground.agents().isClosed()) {
                over = true;
                polls.remove(key, this);
                return;
            }
            if (!reply.isOk()) {
                ground.loop().schedule(this::askAgain, waits.pauseNanos());
                return;
            }
            GetValue now = reply.value();
            long state = now == null ? 0 : now.getModifyIndex();
            boolean came = state != modifyIndex;
            // An index that fell is one to begin anew with.
            index = reply.index() < index ? 1 : reply.index();
            last = now;
            heardAt = reply.index();
            modifyIndex = state;
            if (!came && now == null) {
                // Said without proof, so it may have been untrue before and be true now: whoever watches on is to look
                // again.
                List.copyOf(watchers).forEach(watcher -> watcher.changed(null));
            }
            if (!came) {
                ground.loop().schedule(this::askAgain, waits.idlePauseNanos(askedNanos, now != null));
                return;
            }
            List.copyOf(watchers).forEach(watcher -> watcher.changed(now));
            if (now == null) {
                // Said without proof: whoever is still watching then has seen it since, and hears of its end only from
                // there.
                index = 1;
            }
            ground.loop().schedule(this::askAgain, now == null ? waits.pauseNanos() : waits.shortPauseNanos());
        }

        private void askAgain() {
            if (over) {
                return;
            }
            if (watchers.isEmpty()) {
                over = true;
                polls.remove(key, this);
            } else {
                ask();
            }
        }

        void end() {
            over = true;
            polls.remove(key, this);
            abort.run();
        }
    }
}
