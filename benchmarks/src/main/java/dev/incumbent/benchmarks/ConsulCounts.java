package dev.incumbent.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts what campaigns, handoffs and many elections at once cost Consul servers, by proxies before them. */
final class ConsulCounts extends StepCounts<Map<String, Long>> implements AutoCloseable {

    private static final Duration QUIET = Duration.ofMillis(500);

    private final List<CountingProxy> proxies;

    private ConsulCounts(Settings settings, List<CountingProxy> proxies) {
        super(settings, urls(proxies));
        this.proxies = proxies;
    }

    static ConsulCounts before(Settings settings, List<String> endpoints) {
        return new ConsulCounts(
                settings, endpoints.stream().map(CountingProxy::new).toList());
    }

    private static List<String> urls(List<CountingProxy> proxies) {
        return proxies.stream().map(CountingProxy::url).toList();
    }

    /** Where a client is counted. */
    List<String> endpoints() {
        return urls(proxies);
    }

    /** By kind. */
    @Override
    Map<String, Long> settled() {
        return Patience.untilQuiet(QUIET, () -> {
            Map<String, Long> all = new TreeMap<>();
            proxies.forEach(proxy -> proxy.counts().forEach((kind, count) -> all.merge(kind, count, Long::sum)));
            return all;
        });
    }

    @Override
    String since(Map<String, Long> before) {
        return "requests " + Rest.since(before, settled());
    }

    @Override
    public void close() {
        proxies.forEach(CountingProxy::close);
    }
}
