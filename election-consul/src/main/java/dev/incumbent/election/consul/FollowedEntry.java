package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Standing;
import org.jspecify.annotations.Nullable;

/** An entry that is followed from a view on, and what has been reported of it. Touched on the loop only. */
final class FollowedEntry {

    private final Entry own;
    private final Views.Seen view;
    private final Follow follow;
    private boolean toldOrphaned;
    private boolean toldGone;
    private Runnable onToldGone = () -> {};

    FollowedEntry(Entry own, Views.Seen view, Follow follow) {
        this.own = own;
        this.view = view;
        this.follow = follow;
        GetValue ahead = view.ahead();
        this.toldOrphaned = ahead != null && ahead.getSession() == null;
    }

    Entry own() {
        return own;
    }

    Views.Seen view() {
        return view;
    }

    Follow follow() {
        return follow;
    }

    /** Who is told that nothing more needs to be known of the entry ahead. */
    void onToldGone(Runnable told) {
        onToldGone = told;
    }

    boolean toldOrphaned() {
        return toldOrphaned;
    }

    boolean isAhead(String name) {
        GetValue ahead = view.ahead();
        return ahead != null && ahead.getKey().equals(name);
    }

    /** The entry ahead has gone, and somebody else stands ahead, as the core will see when it reads. */
    void predecessorGone() {
        if (!toldGone) {
            toldGone = true;
            onToldGone.run();
            follow.predecessorGone();
        }
    }

    /** Whether a place is the one that was reported last. */
    boolean isReported(@Nullable Standing standing) {
        if (standing instanceof Standing.Head) {
            return view.ahead() == null || toldGone;
        }
        if (standing instanceof Standing.BehindOrphan orphan) {
            return isAhead(orphan.predecessor()) && toldOrphaned;
        }
        return standing instanceof Standing.Behind behind && isAhead(behind.predecessor());
    }

    /** Reports what a linearizable view shows, unless it has been. */
    void report(Standing standing) {
        if (isReported(standing)) {
            return;
        }
        if (standing instanceof Standing.Gone) {
            follow.ownGone();
        } else if (standing instanceof Standing.Head) {
            predecessorGone();
        } else if (standing instanceof Standing.BehindOrphan orphan && isAhead(orphan.predecessor())) {
            toldOrphaned = true;
            follow.predecessorOrphaned(orphan.holderTtl());
        } else {
            follow.broken("the place is another now: " + standing);
        }
    }
}
