package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Subscription;
import io.etcd.jetcd.api.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows the generation record for as long as a session is open, and with it whether the cluster can be reached: of all
 * watches this one is always there.
 *
 * <p>Where a watch broke, the record is read before the next. Touched on the loop only.
 */
final class GenerationKeeper {

    private final Ground ground;
    private final WatchHub hub;
    private final long probeNanos;
    private final long pauseNanos;
    private @Nullable OpenSession session;
    private Subscription watch = () -> {};
    private Subscription timer = () -> {};
    private int round;

    GenerationKeeper(Ground ground, WatchHub hub, long probeNanos) {
        this.ground = ground;
        this.hub = hub;
        this.probeNanos = probeNanos;
        this.pauseNanos = ground.cluster().boundNanos() / 8;
    }

    /** Follows for a session. */
    void follow(OpenSession opened) {
        stop();
        session = opened;
        round++;
        tell();
        watchFrom(ground.knownAt() + 1);
        probe(round);
    }

    /** Tells the session of what was read elsewhere. */
    void tell() {
        OpenSession open = session;
        GenerationRecord record = ground.known();
        if (open != null && record != null) {
            open.tell(record.generation());
        }
    }

    private boolean isOver(int asked) {
        OpenSession open = session;
        return open == null
                || open.isOver()
                || asked != round
                || ground.cluster().isClosed();
    }

    private void probe(int asked) {
        timer = ground.cluster()
                .loop()
                .schedule(
                        () -> {
                            if (!isOver(asked)) {
                                hub.probe(ground.layout().generation());
                                probe(asked);
                            } else if (asked == round) {
                                watch.close();
                            }
                        },
                        probeNanos);
    }

    private void watchFrom(long revision) {
        int asked = round;
        watch = hub.watch(ground.layout().generation(), null, revision, true, new WatchHub.Watcher() {
            @Override
            public void events(List<Event> events) {
                onEvents(asked, events);
            }

            @Override
            public void broken(String reason) {
                again(asked, reason);
            }
        });
    }

    private void onEvents(int asked, List<Event> events) {
        if (isOver(asked)) {
            watch.close();
            return;
        }
        Event last = events.get(events.size() - 1);
        if (last.getType() != Event.EventType.PUT || !take(last)) {
            watch.close();
            again(asked, "the generation record was removed or overwritten");
        }
    }

    /** Takes over what an event says of the record; false if that is no record. */
    boolean take(Event put) {
        return GenerationRecord.of(put.getKv())
                .map(record -> {
                    ground.note(record, record.modRevision());
                    tell();
                    return true;
                })
                .orElse(false);
    }

    private void again(int asked, String reason) {
        if (isOver(asked)) {
            return;
        }
        ground.readOrLay().thenAccept(outcome -> {
            OpenSession open = session;
            if (isOver(asked) || open == null) {
                return;
            }
            if (outcome instanceof Outcome.Done) {
                tell();
                open.reachable(true, reason);
                watchFrom(ground.knownAt() + 1);
            } else {
                open.reachable(false, reason);
                ground.cluster().loop().schedule(() -> again(asked, reason), pauseNanos);
            }
        });
    }

    private void stop() {
        watch.close();
        timer.close();
    }
}
