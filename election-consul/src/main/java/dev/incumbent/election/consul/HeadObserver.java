package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Subscription;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Observes who stands first: one poll on the queue, and where its head has changed, one view of queue and generation together.
 *
 * <p>Touched on the loop only, but for {@link #close}.
 */
final class HeadObserver implements Subscription {

    private final Ground ground;
    private final Views views;
    private final Waits waits;
    private final String election;
    private final ObservationSink sink;
    private Runnable abort = () -> {};
    private long index;
    private @Nullable GetValue polled;
    private boolean toldAny;
    private Optional<CandidateInfo> told = Optional.empty();
    private volatile boolean over;

    HeadObserver(Ground ground, Views views, Waits waits, String election, ObservationSink sink) {
        this.ground = ground;
        this.views = views;
        this.waits = waits;
        this.election = election;
        this.sink = sink;
    }

    /** Asks with no index, which is answered at once. */
    void poll() {
        if (over) {
            return;
        }
        long seconds = waits.seconds();
        String prefix = ground.layout().prefix(election);
        Agents.Poll<@Nullable List<GetValue>> poll =
                ground.agents().poll(ConsulApi.awaitAll(prefix, index, seconds), waits.withinNanos(seconds));
        abort = poll.abort();
        poll.reply().thenAccept(reply -> {
            abort = () -> {};
            if (over) {
                return;
            }
            if (!reply.isOk()) {
                broken(reply.why().text());
                return;
            }
            index = reply.index() < index ? 1 : Math.max(1, reply.index());
            List<GetValue> queue = reply.value();
            GetValue head = queue == null
                    ? null
                    : queue.stream()
                            .min(Comparator.comparingLong(GetValue::getCreateIndex))
                            .orElse(null);
            boolean same = toldAny && isSame(head, polled);
            polled = head;
            if (same) {
                ground.loop().schedule(this::poll, waits.shortPauseNanos());
            } else {
                read();
            }
        });
    }

    private static boolean isSame(@Nullable GetValue one, @Nullable GetValue other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return one.getCreateIndex() == other.getCreateIndex() && one.getModifyIndex() == other.getModifyIndex();
    }

    /** The poll says nothing of the generation, without which the head's token cannot be told. */
    private void read() {
        views.list(election).thenAccept(outcome -> {
            if (over) {
                return;
            }
            if (!(outcome instanceof Outcome.Done<List<CandidateInfo>> done)) {
                broken("the queue could not be read: " + outcome);
                return;
            }
            Optional<CandidateInfo> head = done.value().stream().findFirst();
            if (!toldAny || !head.equals(told)) {
                toldAny = true;
                told = head;
                sink.head(head);
            }
            poll();
        });
    }

    private void broken(String reason) {
        over = true;
        sink.broken(reason);
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            ground.loop().execute(() -> abort.run());
        }
    }
}
