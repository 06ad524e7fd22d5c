package dev.incumbent.election.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.SilentSignals;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A watch that is behind, or ahead of, the view from which an entry is followed, event by event. */
final class StandingWatchTest {

    private static final String AHEAD = "/root/elections/e/a";
    private static final String OWN = "/root/elections/e/c";

    private final ScriptedServer server = new ScriptedServer();
    private final Ground ground = new Ground(server.cluster(), new Layout("/root", Map.of()));
    private final WatchHub hub = new WatchHub(server.cluster());
    private final GenerationKeeper generations = new GenerationKeeper(ground, hub, TimeUnit.HOURS.toNanos(1));
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final StandingWatch standing = new StandingWatch(ground, hub, generations, refusals::add);
    private final List<String> heard = new CopyOnWriteArrayList<>();

    /** The watch runs, from revision 10, for the sake of another entry. */
    @BeforeEach
    void begin() {
        follow("/root/elections/other/b", 5, null, 9, new CopyOnWriteArrayList<>());
        server.tell(created());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void follow(String key, long epoch, @Nullable String ahead, long seenAt, List<String> reports) {
        server.onLoop(() -> {
            Generation generation = new Generation(new UUID(1, 1), 0);
            Entry own = new Entry("e", new SessionId(Layout.lastSegment(key)), key, epoch, generation);
            standing.follow(
                    own, new Views.Seen(epoch, ahead, true, seenAt), new Follow(server.loop(), Member.sink(reports)));
        });
    }

    private static WatchResponse.Builder message(long revision) {
        return WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(1).setRevision(revision))
                .setWatchId(0);
    }

    private static WatchResponse created() {
        return message(9).setCreated(true).build();
    }

    private static Event event(Event.EventType type, String key, long revision, long lease) {
        KeyValue.Builder stored = KeyValue.newBuilder()
                .setKey(Layout.key(key))
                .setModRevision(revision)
                .setLease(lease);
        return Event.newBuilder().setType(type).setKv(stored).build();
    }

    private void happens(Event.EventType type, String key, long revision, long lease) {
        server.tell(
                message(revision).addEvents(event(type, key, revision, lease)).build());
    }

    private void removed(String key, long revision) {
        happens(Event.EventType.DELETE, key, revision, 0);
    }

    @Test
    void shouldNotTakeThePredecessorsEarlierEntryForTheOneThatStandsWhenTheWatchIsBehind() {
        // It left at 60, entered again at 61, and the own entry behind it was made at 62.
        follow(OWN, 62, AHEAD, 62, heard);

        removed(AHEAD, 60);
        happens(Event.EventType.PUT, AHEAD, 61, 0xa);
        happens(Event.EventType.PUT, OWN, 62, 0xc);
        assertThat(heard).isEmpty();

        removed(AHEAD, 63);
        assertThat(heard).containsExactly("predecessorGone");
    }

    @Test
    void shouldNotTakeTheOwnEarlierEntryForTheOneThatStandsWhenTheWatchIsBehind() {
        follow(OWN, 62, null, 62, heard);

        removed(OWN, 60);
        happens(Event.EventType.PUT, OWN, 61, 0xbad);
        removed(OWN, 61);
        assertThat(heard).isEmpty();

        removed(OWN, 63);
        assertThat(heard).containsExactly("ownGone");
    }

    @Test
    void shouldTellAtOnceWhatHappenedSinceTheViewWhenTheWatchIsAhead() {
        removed(AHEAD, 63);

        follow(OWN, 62, AHEAD, 62, heard);

        assertThat(heard).containsExactly("predecessorGone");
    }

    @Test
    void shouldTellAtOnceThatAnotherHandTookTheKeyWhenTheWatchIsAhead() {
        happens(Event.EventType.PUT, OWN, 63, 0);
        happens(Event.EventType.PUT, AHEAD, 64, 0);

        follow(OWN, 62, AHEAD, 62, heard);

        assertThat(heard).containsExactly("ownGone");
    }

    /** The core withdraws what an older generation made; it must know before it could take office on such an entry. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTellTheGenerationBeforeWhatEndedInTheSameRevision(boolean recordFirst) {
        OpenSession session = new OpenSession(
                0xc,
                new SilentSignals() {
                    @Override
                    public void generation(Generation generation) {
                        heard.add("generation " + generation.number());
                    }
                },
                new Renewal(new Stamp(0, 0), Duration.ofSeconds(1)),
                new Generation(new UUID(1, 1), 0));
        server.onLoop(() -> generations.follow(session));
        follow(OWN, 62, AHEAD, 62, heard);
        Event record = Event.newBuilder()
                .setKv(KeyValue.newBuilder()
                        .setKey(Layout.key(ground.layout().generation()))
                        .setValue(GenerationRecord.format(new Generation(new UUID(1, 1), 5)))
                        .setModRevision(63))
                .build();
        Event removed = event(Event.EventType.DELETE, AHEAD, 63, 0);

        server.tell(message(63)
                .addAllEvents(recordFirst ? List.of(record, removed) : List.of(removed, record))
                .build());

        assertThat(heard).containsExactly("generation 5", "predecessorGone");
    }

    @Test
    void shouldTellOnlyThatTheOwnEntryEndedWhenOneRevisionRemovesTheOneAheadAsWell() {
        follow(OWN, 62, AHEAD, 62, heard);

        server.tell(message(63)
                .addEvents(event(Event.EventType.DELETE, AHEAD, 63, 0))
                .addEvents(event(Event.EventType.DELETE, OWN, 63, 0))
                .build());

        assertThat(heard).containsExactly("ownGone");
    }

    @Test
    void shouldSayThatTheRangeIsRefusedBeforeTheFollowersAreBroken() {
        follow(OWN, 62, AHEAD, 62, heard);

        server.tell(message(63)
                .setCanceled(true)
                .setCancelReason("rpc error: code = PermissionDenied desc = etcdserver: permission denied")
                .build());

        assertThat(refusals).hasSize(1);
        assertThat(heard).containsExactly("broken");
    }
}
