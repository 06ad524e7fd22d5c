package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Standing;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.Member;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client whose endpoints lead to another cluster than before: rebuilt, or restored from a backup. */
final class RebuiltTest {

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Servers before;

    @SuppressWarnings("NullAway.Init")
    private static Servers after;

    private final Tap tap = new Tap();

    @SuppressWarnings("NullAway.Init") // set before each test
    private Place place;

    @SuppressWarnings("NullAway.Init")
    private Outside rebuilt;

    @BeforeAll
    static void start() {
        before = Servers.embedded(1);
        after = Servers.embedded(1);
    }

    @AfterAll
    static void stop() {
        before.close();
        after.close();
    }

    @BeforeEach
    void open() {
        place = new Place(before.endpoints());
        rebuilt = new Outside(after.endpoints().get(0));
    }

    @AfterEach
    void close() throws Exception {
        place.close();
        rebuilt.close();
    }

    private Member member() {
        return new Member("ours", place.coordinator(place.builder().interceptor(tap), SystemTicker.INSTANCE));
    }

    /** What a backup restores: the same record, under an older revision. */
    private void restore(Generation generation) {
        rebuilt.put(Layout.key(place.layout().generation()), GenerationRecord.format(generation));
    }

    private static void assertUnavailable(Outcome<?> outcome, String text) {
        assertThat(outcome)
                .isInstanceOfSatisfying(Outcome.Unavailable.class, unavailable -> assertThat(unavailable.cause())
                        .hasMessageContaining(text));
    }

    @Test
    void shouldLetNobodyIntoOfficeUntilTheGenerationIsRaisedWhenTheClusterIsAnother() {
        Member member = member();
        Enrolment own = member.enrol("office");
        List<String> heard = new CopyOnWriteArrayList<>();
        member.follow(own, heard);
        restore(member.grant().generation());

        tap.redirect(rebuilt.channel());
        assertThat(outcome(member.coordinator().standing(own.entry())))
                .isEqualTo(new Outcome.Done<>(new Standing.Gone()));
        Member.await(heard, "broken");
        var grant = new Member("again", anew(member)).grant();

        assertThat(grant.generation()).isEqualTo(member.grant().generation());
        assertUnavailable(
                outcome(member.coordinator()
                        .enrol(new dev.incumbent.election.spi.EnrolRequest(
                                "office",
                                grant.id(),
                                java.util.UUID.randomUUID(),
                                member.candidate(),
                                new byte[0],
                                grant.generation()))),
                "raiseGeneration");
        assertThat(rebuilt.below(place.layout().prefix("office"))).isEmpty();

        Generation raised = done(member.coordinator().raiseGeneration(Optional.empty(), 1));
        Enrolment entered = done(member.coordinator()
                .enrol(new dev.incumbent.election.spi.EnrolRequest(
                        "office", grant.id(), java.util.UUID.randomUUID(), member.candidate(), new byte[0], raised)));
        assertThat(entered.standing()).isEqualTo(new Standing.Head());
        assertThat(entered.entry().token().isNewerThan(own.entry().token())).isTrue();
    }

    /** The lease is unknown to the other cluster; the same client opens another. */
    private static dev.incumbent.election.spi.Coordinator anew(Member member) {
        assertThat(outcome(member.coordinator().renew(member.grant().id()))).isInstanceOf(Outcome.Refused.class);
        return member.coordinator();
    }

    @Test
    void shouldTellOfAnotherAuthorityWhenTheClusterIsNewAndEmpty() {
        Member member = member();
        tap.redirect(rebuilt.channel());

        Generation found = done(member.coordinator().generation());

        assertThat(found.authority()).isNotEqualTo(member.grant().generation().authority());
    }

    @Test
    void shouldDoubtWhenTheRevisionFallsInTheSameCluster() {
        Ground ground =
                new Ground(new Cluster(new IoLoop("etcd"), List.of(), 1, null), new Layout("/x", java.util.Map.of()));
        Generation generation = new Generation(java.util.UUID.randomUUID(), 4);
        ground.note(new GenerationRecord(generation, ByteString.EMPTY, 10), 20);

        ground.doubt("the revision fell from 20 to 12");
        assertThat(ground.doubt()).hasValueSatisfying(why -> assertThat(why).contains("fell from 20 to 12"));
        ground.note(new GenerationRecord(new Generation(generation.authority(), 3), ByteString.EMPTY, 5), 12);
        assertThat(ground.doubt()).as("an older generation does not help").isPresent();
        ground.note(new GenerationRecord(generation, ByteString.EMPTY, 13), 13);
        assertThat(ground.doubt()).as("nor does the same").isPresent();
        Generation laid = new Generation(java.util.UUID.randomUUID(), 0);
        ground.note(new GenerationRecord(laid, ByteString.EMPTY, 13), 13);
        assertThat(ground.doubt()).as("nor what was laid in an empty place").isPresent();

        ground.note(new GenerationRecord(new Generation(generation.authority(), 5), ByteString.EMPTY, 14), 14);

        assertThat(ground.doubt()).isEmpty();
        ground.cluster().loop().close();
    }

    @Test
    void shouldDoubtWhenTheGenerationFallsThoughNothingElseDoes() {
        try (ScriptedServer server = new ScriptedServer()) {
            Ground ground = new Ground(server.cluster(), new Layout("/x", java.util.Map.of()));
            server.cluster().sightings().witness(ground::doubt);
            Generation generation = new Generation(java.util.UUID.randomUUID(), 4);
            ground.note(new GenerationRecord(generation, ByteString.EMPTY, 10), 20);
            ground.note(new GenerationRecord(new Generation(java.util.UUID.randomUUID(), 2), ByteString.EMPTY, 22), 22);
            assertThat(ground.doubt()).as("another authority counts by itself").isEmpty();

            ground.note(new GenerationRecord(generation, ByteString.EMPTY, 23), 23);
            ground.note(new GenerationRecord(new Generation(generation.authority(), 3), ByteString.EMPTY, 5), 40);

            assertThat(ground.doubt())
                    .hasValueSatisfying(
                            why -> assertThat(why).contains("generation fell").contains("above 4"));
        }
    }
}
