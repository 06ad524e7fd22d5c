package dev.incumbent.election.consul;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import java.util.HashSet;
import java.util.Set;

/** Reads an entry's place, linearizably, and reports it if it is news. Touched on the loop only. */
final class Confirmation {

    private final Views views;
    private final GenerationKeeper generations;
    private final Set<FollowedEntry> asking = new HashSet<>();
    private final Set<FollowedEntry> again = new HashSet<>();

    Confirmation(Views views, GenerationKeeper generations) {
        this.views = views;
        this.generations = generations;
    }

    void ask(FollowedEntry followed) {
        if (followed.follow().isOver()) {
            return;
        }
        if (!asking.add(followed)) {
            again.add(followed);
            return;
        }
        views.standing(followed.own()).thenAccept(outcome -> {
            asking.remove(followed);
            generations.tell();
            if (outcome instanceof Outcome.Done<Standing> done) {
                followed.report(done.value());
            } else {
                followed.follow().broken("something has changed, and the queue could not be read: " + outcome);
            }
            if (again.remove(followed)) {
                ask(followed);
            }
        });
    }
}
