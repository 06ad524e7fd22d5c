package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.eventuallyDone;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import dev.incumbent.testkit.adapter.Member;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real etcd that is restored from a backup under its old ids. */
@Tag("full")
final class RestoredTest {

    private static RealEtcdCluster start(String series) {
        assumeTrue(
                RealEtcd.installation(series).isPresent(), () -> "needs a real etcd " + series + ": " + RealEtcd.why());
        return RealEtcdCluster.start(RealEtcd.installation(series).orElseThrow(), 1);
    }

    /** Each start of a member is an election, and so another term. */
    private static void growOld(RealEtcdCluster etcd) {
        for (int i = 0; i < 3; i++) {
            etcd.kill9(1);
            etcd.restart(1);
            etcd.awaitHealthy(Duration.ofSeconds(30));
        }
    }

    /** Writes until the restored cluster has passed a revision of the lost one. */
    private static void outgrow(Outside outside, long revision) {
        for (int i = 0; outside.revision() <= revision; i++) {
            outside.put(ByteString.copyFromUtf8("other-" + i), ByteString.EMPTY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.5"})
    void shouldLetNobodyIntoOfficeThoughTheRestoredClusterHasOutgrownTheLostOne(String series, @TempDir Path kept)
            throws Exception {
        ManagedChannel nobody =
                NettyChannelBuilder.forAddress("127.0.0.1", 1).usePlaintext().build();
        try (RealEtcdCluster etcd = start(series)) {
            growOld(etcd);
            Place place = new Place(etcd.endpoints());
            try {
                Tap tap = new Tap();
                Member member =
                        new Member("ours", place.coordinator(place.builder().interceptor(tap), SystemTicker.INSTANCE));
                Path backup = kept.resolve("backup.db");
                etcd.etcdctl().run("snapshot", "save", backup.toString()).output();
                Entry lost = member.enrol("office").entry();

                tap.redirect(nobody);
                etcd.restore(backup);
                outgrow(place.outside(), lost.epoch() + 20);
                tap.redirect(null);

                eventuallyDone(() -> member.coordinator().list("office"));
                Outcome<Enrolment> entered = outcome(member.coordinator().enrol(member.request("office", "")));
                assertThat(entered).isInstanceOfSatisfying(Outcome.Unavailable.class, unavailable -> assertThat(
                                unavailable.cause())
                        .hasMessageContaining("term of member")
                        .hasMessageContaining("raiseGeneration"));
                assertThat(place.outside().below(place.layout().prefix("office")))
                        .isEmpty();

                Generation raised = done(member.coordinator().raiseGeneration(Optional.empty(), 1));
                Member after = new Member("after", place.connect(SystemTicker.INSTANCE));
                assertThat(after.grant().generation()).isEqualTo(raised);
                assertThat(after.enrol("office").entry().token().isNewerThan(lost.token()))
                        .isTrue();
            } finally {
                place.close();
            }
        } finally {
            nobody.shutdownNow();
        }
    }
}
