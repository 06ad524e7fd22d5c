package dev.incumbent.testkit.store;

import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import java.util.Optional;

/** Picks from a stream of changes what concerns one entry and the one ahead of it. Falls silent when its own is gone. */
public final class FollowFilter implements StoreListener {

    private final Entry own;
    private final Optional<String> predecessor;
    private final FollowSink sink;
    private boolean over;

    /**
     * Follows.
     *
     * @param own the entry
     * @param predecessor the name of the one ahead, if there is one
     * @param sink told
     */
    public FollowFilter(Entry own, Optional<String> predecessor, FollowSink sink) {
        this.own = own;
        this.predecessor = predecessor;
        this.sink = sink;
    }

    /**
     * Whether a change concerns this follower.
     *
     * @param change the change
     * @return true if the sink is to be told
     */
    public boolean concerns(StoreChange change) {
        StoredEntry entry = null;
        if (change instanceof StoreChange.Removed removed) {
            entry = removed.entry();
        } else if (change instanceof StoreChange.Orphaned orphaned) {
            entry = orphaned.entry();
        }
        return entry != null && entry.entry().election().equals(own.election()) && (isOwn(entry) || isAhead(entry));
    }

    @Override
    public void onChange(StoreChange change) {
        if (over) {
            return;
        }
        if ((change instanceof StoreChange.Removed removed && isOwn(removed.entry()))
                || (change instanceof StoreChange.Orphaned orphaned && isOwn(orphaned.entry()))) {
            over = true;
            sink.ownGone();
        } else if (change instanceof StoreChange.Removed removed && isAhead(removed.entry())) {
            sink.predecessorGone();
        } else if (change instanceof StoreChange.Orphaned orphaned && isAhead(orphaned.entry())) {
            sink.predecessorOrphaned(orphaned.entry().holderTtl());
        }
    }

    /** Tells the sink that the stream was interrupted, unless nothing more was to come. */
    public void interrupt(String reason) {
        if (!over) {
            over = true;
            sink.broken(reason);
        }
    }

    private boolean isOwn(StoredEntry entry) {
        return entry.entry().epoch() == own.epoch();
    }

    private boolean isAhead(StoredEntry entry) {
        return predecessor.isPresent() && predecessor.get().equals(entry.name());
    }
}
