package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Subscription;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows the generation record for as long as a session is open, and with it whether Consul can be reached and is still the
 * one that was reached before: of all polls this one is always there. Touched on the loop only.
 */
final class GenerationKeeper {

    private final Ground ground;
    private final Waits waits;
    private @Nullable OpenSession session;
    private Subscription timer = () -> {};
    private int round;

    GenerationKeeper(Ground ground, Waits waits) {
        this.ground = ground;
        this.waits = waits;
    }

    /** Follows for a session. */
    void follow(OpenSession opened) {
        timer.close();
        session = opened;
        round++;
        tell();
        poll(round);
        ground.probe();
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
                || ground.agents().isClosed();
    }

    private void poll(int asked) {
        GenerationRecord known = ground.known();
        long index = known == null ? 1 : known.modifyIndex();
        long seconds = waits.seconds();
        Agents.Poll<@Nullable GetValue> poll = ground.agents()
                .poll(ConsulApi.await(ground.layout().generation(), index, seconds), waits.withinNanos(seconds));
        long askedNanos = waits.now();
        poll.reply().thenAccept(reply -> {
            if (isOver(asked)) {
                return;
            }
            GetValue stored = reply.value();
            boolean unchanged = reply.isOk() && stored != null && stored.getModifyIndex() == index;
            if (unchanged) {
                timer = ground.loop().schedule(() -> poll(asked), waits.idlePauseNanos(askedNanos, true));
                ground.probe();
            } else {
                again(
                        asked,
                        reply.isOk()
                                ? "the generation record has changed"
                                : reply.why().text());
            }
        });
    }

    /** What a poll says is not linearizable, so what it says of a change is read. */
    private void again(int asked, String reason) {
        if (isOver(asked)) {
            return;
        }
        ground.readOrLay().thenAccept(outcome -> {
            Optional<OpenSession> open = Optional.ofNullable(session).filter(present -> !isOver(asked));
            if (open.isEmpty()) {
                return;
            }
            if (outcome instanceof Outcome.Done) {
                tell();
                open.get().reachable(true, reason);
                ground.probe();
                timer = ground.loop().schedule(() -> poll(asked), waits.shortPauseNanos());
            } else {
                open.get().reachable(false, reason);
                timer = ground.loop().schedule(() -> again(asked, reason), waits.pauseNanos());
            }
        });
    }
}
