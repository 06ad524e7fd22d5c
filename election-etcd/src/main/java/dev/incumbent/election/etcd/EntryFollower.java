package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.Event;
import java.util.List;

/**
 * Follows an entry and the one ahead of it with one watch each, both from the revision after the view in which the place was seen.
 *
 * <p>etcd does not order the events of two watches. So the predecessor's end says nothing of the own entry, and neither says
 * anything of the generation: where the core would believe a report without a read, the read is made here first, one
 * linearizable Txn. Touched on the loop only.
 */
final class EntryFollower implements Subscription {

    private final Ground ground;
    private final Views views;
    private final GenerationKeeper generations;
    private final Entry own;
    private final Views.Seen view;
    private final Follow follow;
    private Subscription ownWatch = () -> {};
    private Subscription predecessorWatch = () -> {};

    EntryFollower(Ground ground, Views views, GenerationKeeper generations, Entry own, Views.Seen view, Follow follow) {
        this.ground = ground;
        this.views = views;
        this.generations = generations;
        this.own = own;
        this.view = view;
        this.follow = follow;
    }

    /** Watches the own entry first: its watch is created before the other can tell anything. */
    void start(WatchHub hub) {
        long from = view.revision() + 1;
        ownWatch = hub.watch(own.key(), null, from, true, new Watching() {
            @Override
            public void events(List<Event> events) {
                if (events.stream().anyMatch(event -> endsOwn(own, event))) {
                    onOwnGone();
                }
            }
        });
        String predecessor = view.predecessor();
        if (predecessor != null) {
            predecessorWatch = hub.watch(predecessor, null, from, false, new Watching() {
                @Override
                public void events(List<Event> events) {
                    predecessorWatch.close();
                    onPredecessorGone();
                }
            });
        }
    }

    private abstract class Watching implements WatchHub.Watcher {
        @Override
        public void broken(String reason) {
            follow.broken(reason);
        }
    }

    /** Whether an event on the own key ends the entry: it was removed, or taken from its lease. */
    static boolean endsOwn(Entry own, Event event) {
        return event.getType() == Event.EventType.DELETE
                || !Long.toHexString(event.getKv().getLease())
                        .equals(own.session().value());
    }

    /** A raise of the generation removes entries, too, and must be told before. */
    private void onOwnGone() {
        ground.read().thenAccept(outcome -> {
            if (outcome instanceof Outcome.Done) {
                generations.tell();
                follow.ownGone();
            } else {
                follow.broken("the own entry has gone, and the generation could not be read: " + outcome);
            }
        });
    }

    private void onPredecessorGone() {
        if (!view.decisive()) {
            follow.predecessorGone();
            return;
        }
        views.standing(own).thenAccept(outcome -> {
            generations.tell();
            if (!(outcome instanceof Outcome.Done<Standing> done)) {
                follow.broken("the entry ahead has gone, and the queue could not be read: " + outcome);
            } else if (done.value() instanceof Standing.Head) {
                follow.predecessorGone();
            } else if (done.value() instanceof Standing.Gone) {
                follow.ownGone();
            } else {
                follow.broken("the entry ahead has gone, but the own one is not the first");
            }
        });
    }

    @Override
    public void close() {
        ownWatch.close();
        predecessorWatch.close();
    }
}
