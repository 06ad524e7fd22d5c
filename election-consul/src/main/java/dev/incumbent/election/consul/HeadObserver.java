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
    private final KeyPolls polls;
    private final String election;
    private final ObservationSink sink;
    private Runnable onEnd = () -> {};
    private Subscription source = () -> {};
    private Subscription sharedPoll = () -> {};
    private boolean watchesShared;
    private long sharedState = -1;
    private boolean inTree;
    private boolean polling;
    private boolean reading;
    private boolean readAgain;
    private long index;
    private @Nullable GetValue polled;
    private boolean toldAny;
    private Optional<CandidateInfo> told = Optional.empty();
    private volatile boolean over;

    HeadObserver(Ground ground, Views views, Waits waits, KeyPolls polls, String election, ObservationSink sink) {
        this.polls = polls;
        this.ground = ground;
        this.views = views;
        this.waits = waits;
        this.election = election;
        this.sink = sink;
    }

    /** Who is told, once, that it is over. */
    void onEnd(Runnable told) {
        onEnd = told;
    }

    /** Observes by a poll of its own. */
    void start() {
        poll();
    }

    /** Goes on by the one poll over all queues, if it is not over. */
    void changeTo(TreePoll tree) {
        if (over) {
            onEnd.run();
            return;
        }
        inTree = true;
        source = tree.listen(new TreePoll.Listener() {
            @Override
            public void seen(TreePoll.Tree view, boolean newer) {
                onQueue(view.queue(ground.layout().prefix(election)));
            }

            @Override
            public void failed(String reason) {
                broken(reason);
            }
        });
    }

    /** Asks with no index first, which is answered at once. */
    private void poll() {
        if (over || inTree || polling) {
            return;
        }
        polling = true;
        long seconds = waits.seconds();
        String prefix = ground.layout().prefix(election);
        Agents.Poll<@Nullable List<GetValue>> poll =
                ground.agents().poll(ConsulApi.awaitAll(prefix, index, seconds), waits.withinNanos(seconds));
        poll.reply().thenAccept(reply -> {
            polling = false;
            if (over || inTree) {
                return;
            }
            if (!reply.isOk()) {
                broken(reply.why().text());
                return;
            }
            index = reply.index() < index ? 1 : Math.max(1, reply.index());
            List<GetValue> queue = reply.value();
            onQueue(queue == null ? List.of() : queue);
        });
    }

    private void onQueue(List<GetValue> queue) {
        if (over) {
            return;
        }
        GetValue head = queue.stream()
                .min(Comparator.comparingLong(GetValue::getCreateIndex))
                .orElse(null);
        boolean same = toldAny && isSame(head, polled);
        polled = head;
        watchSharedKey();
        if (!same) {
            read();
        } else if (!inTree) {
            ground.loop().schedule(this::poll, head == null ? waits.pauseNanos() : waits.shortPauseNanos());
        }
    }

    /** Somebody who does not queue with us may lead. */
    private void watchSharedKey() {
        String shared = ground.layout().sharedKey(election);
        if (shared != null && !watchesShared) {
            watchesShared = true;
            sharedPoll = polls.watch(shared, 0, now -> {
                long state = now == null ? 0 : now.getModifyIndex();
                if (state != sharedState) {
                    sharedState = state;
                    read();
                }
            });
        }
    }

    private static boolean isSame(@Nullable GetValue one, @Nullable GetValue other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return one.getCreateIndex() == other.getCreateIndex() && one.getModifyIndex() == other.getModifyIndex();
    }

    /** The poll says nothing of the generation, without which the head's token cannot be told. */
    private void read() {
        if (reading) {
            readAgain = true;
            return;
        }
        reading = true;
        views.list(election).thenAccept(outcome -> {
            reading = false;
            if (over) {
                return;
            }
            if (!(outcome instanceof Outcome.Done<List<CandidateInfo>> done)) {
                broken("the queue could not be read: " + outcome);
                return;
            }
            tell(done.value().stream().findFirst());
            if (readAgain) {
                readAgain = false;
                read();
            } else if (!polling) {
                poll();
            }
        });
    }

    private void tell(Optional<CandidateInfo> head) {
        if (!toldAny || !head.equals(told)) {
            toldAny = true;
            told = head;
            sink.head(head);
        }
    }

    /** Ends it, and says so. */
    void broken(String reason) {
        if (!over) {
            end();
            sink.broken(reason);
        }
    }

    private void end() {
        over = true;
        source.close();
        sharedPoll.close();
        onEnd.run();
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            ground.loop().execute(this::end);
        }
    }
}
