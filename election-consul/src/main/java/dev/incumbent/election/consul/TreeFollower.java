package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Subscription;
import java.util.List;

/**
 * Follows an entry by the one poll over all queues.
 *
 * <p>A view that was asked for after the entry had been seen in its place decides. One that was under way then may be older, so
 * what it shows otherwise is read. Touched on the loop only.
 */
final class TreeFollower implements TreePoll.Listener, Subscription {

    private final Layout layout;
    private final Views views;
    private final Confirmation confirmation;
    private final FollowedEntry followed;
    private Subscription source = () -> {};

    TreeFollower(Layout layout, Views views, Confirmation confirmation, FollowedEntry followed) {
        this.layout = layout;
        this.views = views;
        this.confirmation = confirmation;
        this.followed = followed;
    }

    void start(TreePoll poll) {
        source = poll.listen(this);
    }

    @Override
    public void seen(TreePoll.Tree tree, boolean newer) {
        GetValue own = tree.keys().get(followed.own().key());
        if (own == null || !Views.stands(followed.own(), own)) {
            // A raise of the generation removes entries, too, and must be told before.
            confirmation.ask(followed);
            return;
        }
        List<GetValue> queue = tree.queue(layout.prefix(followed.own().election()));
        if (newer) {
            followed.report(views.place(own, queue));
        } else if (!followed.isReported(views.peek(own, queue))) {
            confirmation.ask(followed);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
