package dev.incumbent.testkit.memory;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.testkit.store.StoreChange;
import dev.incumbent.testkit.store.StoreListener;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reports an election's first candidate whenever it is another one, or says something else. */
final class HeadFilter implements StoreListener {

    private final String election;
    private final Supplier<Optional<CandidateInfo>> head;
    private final ObservationSink sink;
    private boolean started;
    private @Nullable CandidateInfo reported;

    HeadFilter(String election, Supplier<Optional<CandidateInfo>> head, ObservationSink sink) {
        this.election = election;
        this.head = head;
        this.sink = sink;
    }

    void report() {
        Optional<CandidateInfo> now = head.get();
        if (!started || !Objects.equals(now.orElse(null), reported)) {
            started = true;
            reported = now.orElse(null);
            sink.head(now);
        }
    }

    @Override
    public void onChange(StoreChange change) {
        if (concerns(change)) {
            report();
        }
    }

    private boolean concerns(StoreChange change) {
        if (change instanceof StoreChange.Added added) {
            return added.entry().entry().election().equals(election);
        }
        if (change instanceof StoreChange.Removed removed) {
            return removed.entry().entry().election().equals(election);
        }
        return change instanceof StoreChange.PayloadChanged changed
                && changed.entry().entry().election().equals(election);
    }
}
