package dev.incumbent.election.consul;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.spi.Coordinator;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.embedded.consul.EmbeddedConsulBuilder;
import dev.incumbent.realservers.TlsFiles;
import dev.incumbent.testkit.adapter.Member;
import dev.incumbent.testkit.adapter.SilentSignals;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ACL tokens and TLS. */
final class SecurityTest {

    private static final String MASTER = "00000000-0000-4000-8000-00000000000a";
    private static final String TEAM = "00000000-0000-4000-8000-00000000000b";
    private static final String OTHERS = "00000000-0000-4000-8000-00000000000c";
    private static final String READER = "00000000-0000-4000-8000-00000000000d";

    private final List<Coordinator> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(Coordinator::close);
    }

    private static EmbeddedConsulBuilder embedded() {
        return EmbeddedConsul.builder().nodes(1).sessionTtlMin(Duration.ofSeconds(1));
    }

    private static EmbeddedConsul guarded() {
        return embedded()
                .managementToken(MASTER)
                .token(TEAM, "secured/", true, true)
                .token(OTHERS, "elsewhere/", true, true)
                .token(READER, "secured/", false, true)
                .start();
    }

    private Coordinator connect(List<String> endpoints, Consumer<ConsulElections.Builder> options) {
        ConsulElections.Builder builder = ConsulElections.builder()
                .endpoints(endpoints.toArray(String[]::new))
                .sessionTtlMin(Duration.ofSeconds(1))
                .root("secured");
        options.accept(builder);
        Coordinator coordinator = builder.coordinator(Place.TIMING, SystemTicker.INSTANCE);
        opened.add(coordinator);
        return coordinator;
    }

    private static void assertCampaigns(Member first, Member second) {
        Entry head =
                done(first.coordinator().enrol(first.request("secured", "v1"))).entry();
        Enrolment behind = second.enrol("secured");
        List<String> heard = new CopyOnWriteArrayList<>();
        second.follow(behind, heard);
        done(first.coordinator().renew(first.grant().id()));
        done(first.coordinator().updatePayload(head, "v2".getBytes(StandardCharsets.UTF_8)));
        done(first.coordinator().guardedWrite(head, List.of(new GuardedOp.Put("k", new byte[] {1}))));
        assertThat(done(second.coordinator().list("secured")).get(0).payloadText())
                .isEqualTo("v2");
        done(first.coordinator().withdraw(head));
        Member.await(heard, "predecessorGone");
    }

    private static void assertNotPermitted(Outcome<?> outcome) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.NOT_PERMITTED));
        assertThat(outcome).asString().doesNotContain(TEAM, OTHERS, READER);
    }

    @Test
    void shouldCampaignWithATokenForTheRootAlone() {
        try (EmbeddedConsul consul = guarded()) {
            assertCampaigns(
                    new Member("a", connect(consul.httpEndpoints(), options -> options.token(TEAM))),
                    new Member("b", connect(consul.httpEndpoints(), options -> options.token(TEAM))));
        }
    }

    @Test
    void shouldBeRefusedWithoutATokenAndWithOneForAnotherPlace() {
        try (EmbeddedConsul consul = guarded()) {
            List<Consumer<ConsulElections.Builder>> wrong = List.of(
                    options -> {},
                    options -> options.token(OTHERS),
                    options -> options.token("00000000-0000-4000-8000-0000000000ff"));
            for (Consumer<ConsulElections.Builder> options : wrong) {
                assertNotPermitted(
                        outcome(connect(consul.httpEndpoints(), options).openSession(new SilentSignals())));
            }
        }
    }

    @Test
    void shouldBeRefusedToEnterWhenTheTokenMayOnlyRead() {
        try (EmbeddedConsul consul = guarded()) {
            new Member("lays the ground", connect(consul.httpEndpoints(), options -> options.token(TEAM)));
            Member reader = new Member("r", connect(consul.httpEndpoints(), options -> options.token(READER)));

            assertNotPermitted(outcome(reader.coordinator().enrol(reader.request("secured", ""))));
            assertThat(done(reader.coordinator().list("secured"))).isEmpty();
        }
    }

    @Test
    void shouldCampaignOverTls() {
        TlsFiles files = TlsFiles.create("incumbent test");
        try (EmbeddedConsul consul = embedded()
                .tls(files.serverCertificate(), files.serverKey())
                .clientAuth(files.ca())
                .start()) {
            Consumer<ConsulElections.Builder> both = options ->
                    options.trust(files.ca()).clientCertificate(files.clientCertificate(), files.clientKey());
            assertCampaigns(
                    new Member("a", connect(consul.httpEndpoints(), both)),
                    new Member("b", connect(consul.httpEndpoints(), both)));

            assertThat(outcome(connect(consul.httpEndpoints(), options -> options.trust(files.ca()))
                            .openSession(new SilentSignals())))
                    .as("without a certificate of its own")
                    .isNotInstanceOf(Outcome.Done.class);
            assertThat(outcome(connect(
                                    consul.httpEndpoints(),
                                    options -> options.clientCertificate(files.clientCertificate(), files.clientKey()))
                            .openSession(new SilentSignals())))
                    .as("without trust in the server's")
                    .isNotInstanceOf(Outcome.Done.class);
        } finally {
            files.delete();
        }
    }
}
