package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import dev.incumbent.testkit.contract.ElectionHarness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A root of its own on servers that many tests share, with a plain client to look from outside. */
final class Place implements CoordinatorHarness, ElectionHarness {

    static final ElectionConfig TIMING = ElectionConfig.builder()
            .leaseTtl(Duration.ofSeconds(2))
            .callTimeout(Duration.ofMillis(1500))
            .build();

    private static final AtomicInteger PLACES = new AtomicInteger();

    private final List<String> endpoints;
    private final String root = "place-" + PLACES.incrementAndGet() + "-" + System.nanoTime();
    private final Outside outside;
    private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
    private final Consumer<ConsulElections.Builder> options;
    private final ElectionConfig timing;

    Place(List<String> endpoints) {
        this(endpoints, options -> {});
    }

    Place(List<String> endpoints, ElectionConfig timing) {
        this(endpoints, timing, options -> {});
    }

    Place(List<String> endpoints, Consumer<ConsulElections.Builder> options) {
        this(endpoints, TIMING, options);
    }

    /**
     * Makes a place.
     *
     * @param endpoints the agents
     * @param timing of each client
     * @param options further settings of each client
     */
    Place(List<String> endpoints, ElectionConfig timing, Consumer<ConsulElections.Builder> options) {
        this.timing = timing;
        this.endpoints = List.copyOf(endpoints);
        this.outside = new Outside(endpoints.get(0));
        this.options = options;
    }

    ConsulElections.Builder builder() {
        return builder(endpoints);
    }

    /** With the agents in another order. */
    ConsulElections.Builder builder(List<String> agents) {
        ConsulElections.Builder builder = ConsulElections.builder().endpoints(agents.toArray(String[]::new));
        builder.root(root).sessionTtlMin(Duration.ofSeconds(1)).config(timing);
        options.accept(builder);
        return builder;
    }

    Coordinator coordinator(ConsulElections.Builder builder, Ticker ticker) {
        Coordinator coordinator = builder.coordinator(timing, ticker);
        opened.add(coordinator);
        return coordinator;
    }

    @Override
    public Coordinator connect(Ticker ticker) {
        return coordinator(builder(), ticker);
    }

    @Override
    public ElectionClient client(String candidateId) {
        return opened(builder().candidateId(candidateId));
    }

    /** A client with other settings; the builder is one of this place. */
    ElectionClient client(ConsulElections.Builder builder) {
        return opened(builder);
    }

    private ElectionClient opened(ConsulElections.Builder builder) {
        ElectionClient client = builder.build();
        opened.add(client);
        return client;
    }

    @Override
    public Duration ttl() {
        return timing.leaseTtl();
    }

    @Override
    public Duration patience() {
        return Duration.ofSeconds(30);
    }

    String root() {
        return root;
    }

    Layout layout() {
        return new Layout(root, Map.of());
    }

    Outside outside() {
        return outside;
    }

    @Override
    public void expire(SessionId session) {
        outside.destroy(session.value());
    }

    @Override
    public void delete(Entry entry) {
        outside.delete(entry.key());
    }

    GetValue first(String election) {
        return outside.below(layout().prefix(election)).get(0);
    }

    @Override
    public void expireFirst(String election) {
        outside.destroy(first(election).getSession());
    }

    @Override
    public void deleteFirst(String election) {
        outside.delete(first(election).getKey());
    }

    @Override
    public Optional<byte[]> read(String key) {
        return outside.get(layout().data(key)).map(stored -> EntryValue.bytes(stored.getValue()));
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }
}
