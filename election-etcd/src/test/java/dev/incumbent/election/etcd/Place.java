package dev.incumbent.election.etcd;

import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Ticker;
import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.contract.CoordinatorHarness;
import dev.incumbent.testkit.contract.ElectionHarness;
import io.etcd.jetcd.api.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A root of its own on servers that many tests share, with a plain client to look from outside. */
final class Place implements CoordinatorHarness, ElectionHarness {

    static final ElectionConfig TIMING = ElectionConfig.builder()
            .leaseTtl(Duration.ofSeconds(3))
            .callTimeout(Duration.ofSeconds(2))
            .build();

    private static final AtomicInteger PLACES = new AtomicInteger();

    private final List<String> endpoints;
    private final String root = "/place-" + PLACES.incrementAndGet() + "-" + System.nanoTime();
    private final Outside outside;
    private final boolean countsCommits;
    private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
    private final Consumer<EtcdElections.Builder> options;

    Place(List<String> endpoints) {
        this(endpoints, true, options -> {});
    }

    /**
     * Makes a place.
     *
     * @param endpoints the members
     * @param countsCommits whether nobody else writes to these servers meanwhile
     * @param options further settings of each client
     */
    Place(List<String> endpoints, boolean countsCommits, Consumer<EtcdElections.Builder> options) {
        this.endpoints = List.copyOf(endpoints);
        this.outside = new Outside(endpoints.get(0));
        this.countsCommits = countsCommits;
        this.options = options;
    }

    EtcdElections.Builder builder() {
        EtcdElections.Builder builder = EtcdElections.builder()
                .endpoints(endpoints.toArray(String[]::new))
                .root(root)
                .config(TIMING);
        options.accept(builder);
        return builder;
    }

    Coordinator coordinator(EtcdElections.Builder builder, Ticker ticker) {
        Coordinator coordinator = builder.coordinator(TIMING, ticker);
        opened.add(coordinator);
        return coordinator;
    }

    @Override
    public Coordinator connect(Ticker ticker) {
        return coordinator(builder(), ticker);
    }

    @Override
    public ElectionClient client(String candidateId) {
        ElectionClient client = builder().candidateId(candidateId).build();
        opened.add(client);
        return client;
    }

    /** A client with other settings, in this place. */
    ElectionClient client(EtcdElections.Builder builder) {
        ElectionClient client = builder.root(root).config(TIMING).build();
        opened.add(client);
        return client;
    }

    @Override
    public Duration ttl() {
        return TIMING.leaseTtl();
    }

    @Override
    public Duration patience() {
        return Duration.ofSeconds(30);
    }

    String root() {
        return root;
    }

    Layout layout() {
        return new Layout(root, java.util.Map.of());
    }

    Outside outside() {
        return outside;
    }

    static long leaseOf(SessionId session) {
        return Long.parseUnsignedLong(session.value(), 16);
    }

    @Override
    public void expire(SessionId session) {
        outside.revoke(leaseOf(session));
    }

    @Override
    public void delete(Entry entry) {
        outside.delete(Layout.key(entry.key()));
    }

    KeyValue first(String election) {
        return outside.below(layout().prefix(election)).get(0);
    }

    @Override
    public void expireFirst(String election) {
        outside.revoke(first(election).getLease());
    }

    @Override
    public void deleteFirst(String election) {
        outside.delete(first(election).getKey());
    }

    @Override
    public Optional<byte[]> read(String key) {
        return outside.get(Layout.key(layout().data(key))).stream()
                .map(stored -> stored.getValue().toByteArray())
                .findFirst();
    }

    @Override
    public OptionalLong commits() {
        return countsCommits ? OptionalLong.of(outside.revision()) : OptionalLong.empty();
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
        // What expired later would be a commit in the midst of another test.
        outside.below(layout().elections()).stream()
                .map(KeyValue::getLease)
                .filter(lease -> lease != 0)
                .distinct()
                .forEach(outside::revoke);
        outside.close();
    }
}
