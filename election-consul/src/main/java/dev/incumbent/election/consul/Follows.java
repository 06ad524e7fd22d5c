package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.Subscription;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Starts follows, by the means that suit their number. */
final class Follows {

    private final Ground ground;
    private final Views views;
    private final KeyPolls polls;
    private final GenerationKeeper generations;
    private final Set<Follow> open = new LinkedHashSet<>();

    Follows(Ground ground, Views views, KeyPolls polls, GenerationKeeper generations) {
        this.ground = ground;
        this.views = views;
        this.polls = polls;
        this.generations = generations;
    }

    Subscription follow(Entry own, Optional<String> predecessor, FollowSink sink) {
        Follow follow = new Follow(ground.loop(), sink);
        ground.loop().execute(() -> start(own, predecessor, follow));
        return follow;
    }

    private void start(Entry own, Optional<String> predecessor, Follow follow) {
        Views.Seen seen = views.seen(own);
        if (follow.isOver()) {
            return;
        }
        if (seen == null || !isAhead(predecessor, seen)) {
            follow.broken("the entry was not seen in this place of late");
            return;
        }
        open.add(follow);
        follow.onEnd(() -> open.remove(follow));
        Views.Seen view = predecessor.isPresent() ? seen : new Views.Seen(seen.modifyIndex(), null, false);
        EntryFollower follower = new EntryFollower(views, generations, own, view, follow);
        follow.source(follower);
        follower.start(polls);
    }

    void breakAll(String reason) {
        List.copyOf(open).forEach(follow -> follow.broken(reason));
    }

    /** Changes are told from the view on in which the own entry and this very predecessor stood. */
    private static boolean isAhead(Optional<String> predecessor, Views.Seen seen) {
        GetValue ahead = seen.ahead();
        return predecessor.isEmpty() || (ahead != null && predecessor.get().equals(ahead.getKey()));
    }
}
