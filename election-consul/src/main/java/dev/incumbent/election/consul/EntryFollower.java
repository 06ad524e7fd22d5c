package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Follows an entry and the one ahead of it with a poll each.
 *
 * <p>A poll may be answered by a leader that was deposed, and two are not ordered. So what they tell is confirmed by one linearizable
 * view of the queue and the generation before it is reported. Touched on the loop only.
 */
final class EntryFollower implements Subscription {

    private static final long RETRY_NANOS = 500_000_000L;

    private final IoLoop loop;
    private final @Nullable String sharedKey;
    private final Confirmation confirmation;
    private final FollowedEntry followed;
    private Subscription ownPoll = () -> {};
    private Subscription aheadPoll = () -> {};
    private Subscription retry = () -> {};

    /**
     * Makes one.
     *
     * @param loop where everything happens
     * @param sharedKey what the first has to hold besides, null for nothing
     * @param confirmation reads what a poll hints at
     * @param followed the entry
     */
    EntryFollower(IoLoop loop, @Nullable String sharedKey, Confirmation confirmation, FollowedEntry followed) {
        this.loop = loop;
        this.sharedKey = sharedKey;
        this.confirmation = confirmation;
        this.followed = followed;
    }

    FollowedEntry followed() {
        return followed;
    }

    void start(KeyPolls polls) {
        followed.onToldGone(() -> aheadPoll.close());
        ownPoll = polls.watch(followed.own().key(), followed.view().modifyIndex(), this::onOwn);
        GetValue ahead = followed.view().ahead();
        GetValue shared = followed.view().shared();
        if (sharedKey != null && ahead != null && ahead.getKey().equals(sharedKey)) {
            aheadPoll = polls.watch(sharedKey, ahead.getModifyIndex(), this::onSharedAhead);
            if (ahead.getSession() == null) {
                // It was free and could not be locked: that is a lock-delay, of whose end nobody tells.
                retry = loop.schedule(followed::predecessorGone, RETRY_NANOS);
            }
        } else if (ahead != null) {
            aheadPoll = polls.watch(ahead.getKey(), ahead.getModifyIndex(), this::onAhead);
        } else if (sharedKey != null && shared != null) {
            aheadPoll = polls.watch(sharedKey, shared.getModifyIndex(), this::onSharedHeld);
        }
    }

    private void onOwn(@Nullable GetValue now) {
        if (now == null || !Views.stands(followed.own(), now)) {
            confirmation.ask(followed);
        }
    }

    private void onAhead(@Nullable GetValue now) {
        // It is watched until that is confirmed: that it is absent was said without proof.
        if (now == null && !followed.view().decisive()) {
            // It makes the core read, so that a confirmation would be a second read.
            followed.predecessorGone();
        } else if (now == null || (now.getSession() == null && !followed.toldOrphaned())) {
            confirmation.ask(followed);
        }
    }

    private void onSharedAhead(@Nullable GetValue now) {
        if (now == null || now.getSession() == null) {
            followed.predecessorGone();
        }
    }

    private void onSharedHeld(@Nullable GetValue now) {
        if (now == null || !followed.own().session().value().equals(now.getSession())) {
            confirmation.ask(followed);
        }
    }

    @Override
    public void close() {
        ownPoll.close();
        aheadPoll.close();
        retry.close();
    }
}
