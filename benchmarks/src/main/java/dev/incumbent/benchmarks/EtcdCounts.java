package dev.incumbent.benchmarks;

import java.time.Duration;
import java.util.List;

/** Counts what campaigns, handoffs and many elections at once cost real etcd servers, by their own metrics. */
final class EtcdCounts extends StepCounts<EtcdMetrics.Reading> {

    private static final Duration QUIET = Duration.ofMillis(300);

    private final EtcdMetrics metrics;

    EtcdCounts(Settings settings, List<String> endpoints) {
        super(settings, endpoints);
        this.metrics = new EtcdMetrics(endpoints);
    }

    @Override
    EtcdMetrics.Reading settled() {
        return Patience.untilQuiet(QUIET, metrics::read);
    }

    @Override
    String since(EtcdMetrics.Reading before) {
        return settled().since(before).text();
    }
}
