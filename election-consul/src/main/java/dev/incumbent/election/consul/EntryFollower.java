package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Follows an entry and the one ahead of it with a poll each.
 *
 * <p>A poll may be answered by a leader that was deposed, and two are not ordered. So what they tell is confirmed by one linearizable
 * view of the queue and the generation before it is reported. Touched on the loop only.
 */
final class EntryFollower implements Subscription {

    private final Views views;
    private final GenerationKeeper generations;
    private final Entry own;
    private final Views.Seen view;
    private final Follow follow;
    private Subscription ownPoll = () -> {};
    private Subscription aheadPoll = () -> {};
    private boolean toldOrphaned;
    private boolean confirming;
    private boolean confirmAgain;

    EntryFollower(Views views, GenerationKeeper generations, Entry own, Views.Seen view, Follow follow) {
        this.views = views;
        this.generations = generations;
        this.own = own;
        this.view = view;
        this.follow = follow;
    }

    void start(KeyPolls polls) {
        ownPoll = polls.watch(own.key(), view.modifyIndex(), this::onOwn);
        GetValue ahead = view.ahead();
        if (ahead != null) {
            toldOrphaned = ahead.getSession() == null;
            aheadPoll = polls.watch(ahead.getKey(), ahead.getModifyIndex(), this::onAhead);
        }
    }

    private void onOwn(@Nullable GetValue now) {
        if (now == null || !Views.stands(own, now)) {
            confirm();
        }
    }

    private void onAhead(@Nullable GetValue now) {
        if (now == null && !view.decisive()) {
            // It makes the core read, so that a confirmation would be a second read.
            aheadPoll.close();
            follow.predecessorGone();
        } else if (now == null || (now.getSession() == null && !toldOrphaned)) {
            confirm();
        }
    }

    private void confirm() {
        if (follow.isOver()) {
            return;
        }
        if (confirming) {
            confirmAgain = true;
            return;
        }
        confirming = true;
        views.standing(own).thenAccept(outcome -> {
            confirming = false;
            generations.tell();
            if (outcome instanceof Outcome.Done<Standing> done) {
                report(done.value());
            } else {
                follow.broken("something has changed, and the queue could not be read: " + outcome);
            }
            if (confirmAgain) {
                confirmAgain = false;
                confirm();
            }
        });
    }

    private void report(Standing standing) {
        GetValue ahead = view.ahead();
        if (standing instanceof Standing.Gone) {
            follow.ownGone();
        } else if (standing instanceof Standing.Head) {
            if (ahead != null) {
                aheadPoll.close();
                follow.predecessorGone();
            }
        } else if (standing instanceof Standing.BehindOrphan orphan && isAhead(orphan.predecessor())) {
            if (!toldOrphaned) {
                toldOrphaned = true;
                follow.predecessorOrphaned(orphan.holderTtl());
            }
        } else if (!(standing instanceof Standing.Behind behind && isAhead(behind.predecessor()))) {
            follow.broken("the place is another now: " + standing);
        }
    }

    private boolean isAhead(String name) {
        GetValue ahead = view.ahead();
        return ahead != null && ahead.getKey().equals(name);
    }

    @Override
    public void close() {
        ownPoll.close();
        aheadPoll.close();
    }
}
