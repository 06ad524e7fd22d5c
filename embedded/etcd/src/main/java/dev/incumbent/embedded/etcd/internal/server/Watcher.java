package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.Change;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import java.util.ArrayList;
import java.util.List;

/** One watch on a stream. On the node's thread, but for its constants. */
final class Watcher implements Subscription {

    private final WatchStream stream;
    private final long id;
    private final KeyRange range;
    private final boolean puts;
    private final boolean deletes;
    private final boolean previous;
    private final boolean fragment;
    private final boolean progress;

    /** The first revision that it has not been told of. */
    private long next;

    /** Whether it was told of an event since progress was last looked at. */
    private boolean active;

    /** Whether it is fed from the history: {@link #next} says so only of revisions that concern it. */
    private boolean lagging;

    Watcher(WatchStream stream, long id, KeyRange range, WatchCreateRequest request, long next) {
        this.stream = stream;
        this.id = id;
        this.range = range;
        this.puts = !request.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT);
        this.deletes = !request.getFiltersList().contains(WatchCreateRequest.FilterType.NODELETE);
        this.previous = request.getPrevKv();
        this.fragment = request.getFragment();
        this.progress = request.getProgressNotify();
        this.next = next;
    }

    long id() {
        return id;
    }

    @Override
    public KeyRange range() {
        return range;
    }

    boolean fragment() {
        return fragment;
    }

    long next() {
        return next;
    }

    void next(long revision) {
        next = Math.max(next, revision);
    }

    /** Whether it wants to hear that nothing happened; asks anew from now on. */
    boolean quiet() {
        boolean quiet = progress && !active;
        active = false;
        return quiet;
    }

    void active() {
        active = true;
    }

    boolean lagging() {
        return lagging;
    }

    void lagging(boolean now) {
        lagging = now;
    }

    @Override
    public void changed(EtcdMachine machine, long revision, List<Change> changes) {
        stream.changed(this, revision, changes);
    }

    @Override
    public void skipped(EtcdMachine machine) {
        stream.fallBack(this);
    }

    /** What it is told of changes in its range. */
    List<Event> events(List<Change> changes) {
        List<Event> events = new ArrayList<>(changes.size());
        for (Change change : changes) {
            Event event = change.event();
            if (event.getType() == Event.EventType.PUT ? puts : deletes) {
                events.add(
                        previous && change.previous() != null
                                ? event.toBuilder().setPrevKv(change.previous()).build()
                                : event);
            }
        }
        return events;
    }
}
