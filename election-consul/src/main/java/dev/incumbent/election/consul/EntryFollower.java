package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Follows an entry and the one ahead of it with a poll each.
 *
 * <p>A poll may be answered by a leader that was deposed, and two are not ordered. So what they tell is confirmed by one linearizable
 * view of the queue and the generation before it is reported. Touched on the loop only.
 */
final class EntryFollower implements Subscription {

    private final Confirmation confirmation;
    private final FollowedEntry followed;
    private Subscription ownPoll = () -> {};
    private Subscription aheadPoll = () -> {};

    EntryFollower(Confirmation confirmation, FollowedEntry followed) {
        this.confirmation = confirmation;
        this.followed = followed;
    }

    FollowedEntry followed() {
        return followed;
    }

    void start(KeyPolls polls) {
        ownPoll = polls.watch(followed.own().key(), followed.view().modifyIndex(), this::onOwn);
        GetValue ahead = followed.view().ahead();
        if (ahead != null) {
            aheadPoll = polls.watch(ahead.getKey(), ahead.getModifyIndex(), this::onAhead);
        }
    }

    private void onOwn(@Nullable GetValue now) {
        if (now == null || !Views.stands(followed.own(), now)) {
            confirmation.ask(followed);
        }
    }

    private void onAhead(@Nullable GetValue now) {
        if (now == null) {
            aheadPoll.close();
        }
        if (now == null && !followed.view().decisive()) {
            // It makes the core read, so that a confirmation would be a second read.
            followed.predecessorGone();
        } else if (now == null || (now.getSession() == null && !followed.toldOrphaned())) {
            confirmation.ask(followed);
        }
    }

    @Override
    public void close() {
        ownPoll.close();
        aheadPoll.close();
    }
}
