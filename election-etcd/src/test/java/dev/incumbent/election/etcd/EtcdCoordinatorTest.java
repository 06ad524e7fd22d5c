package dev.incumbent.election.etcd;

import static dev.incumbent.testkit.adapter.Outcomes.done;
import static dev.incumbent.testkit.adapter.Outcomes.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.SessionGrant;
import dev.incumbent.election.spi.SystemTicker;
import dev.incumbent.testkit.adapter.SilentSignals;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchResponse;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that are overtaken, and questions that cannot be asked. */
final class EtcdCoordinatorTest {

    private static final Layout LAYOUT = new Layout("/root", Map.of());
    private static final UUID AUTHORITY = new UUID(1, 1);

    private final ScriptedServer server = new ScriptedServer();
    private final EtcdCoordinator coordinator = new EtcdCoordinator(
            server.cluster(),
            LAYOUT,
            new EtcdCoordinator.Settings(3, TimeUnit.HOURS.toNanos(1)),
            EtcdFollowing.AUTO,
            SystemTicker.INSTANCE,
            new Random(1));

    @AfterEach
    void close() {
        coordinator.close();
    }

    private static ResponseHeader.Builder header(long revision) {
        return ResponseHeader.newBuilder().setClusterId(1).setRevision(revision);
    }

    private static KeyValue record(long number, long modified) {
        return KeyValue.newBuilder()
                .setKey(Layout.key(LAYOUT.generation()))
                .setValue(GenerationRecord.format(new Generation(AUTHORITY, number)))
                .setModRevision(modified)
                .build();
    }

    private void answerWithRecord(long revision, long number, long modified) {
        server.answer(
                "Txn",
                TxnResponse.newBuilder()
                        .setHeader(header(revision))
                        .setSucceeded(true)
                        .addResponses(ResponseOp.newBuilder()
                                .setResponseRange(RangeResponse.newBuilder().addKvs(record(number, modified))))
                        .build());
    }

    private SessionGrant open() {
        CompletionStage<Outcome<SessionGrant>> opened = coordinator.openSession(new SilentSignals());
        server.onLoop(() -> {});
        server.answer(
                "LeaseGrant",
                LeaseGrantResponse.newBuilder().setHeader(header(10)).setTTL(3).build());
        answerWithRecord(10, 4, 5);
        return done(opened);
    }

    @Test
    void shouldNotAnswerWithAGenerationOlderThanOneThatWasToldMeanwhile() {
        open();
        server.tell(WatchResponse.newBuilder()
                .setHeader(header(10))
                .setWatchId(0)
                .setCreated(true)
                .build());
        CompletionStage<Outcome<Generation>> asked = coordinator.generation();
        server.onLoop(() -> {});

        server.tell(WatchResponse.newBuilder()
                .setHeader(header(12))
                .setWatchId(0)
                .addEvents(Event.newBuilder().setKv(record(7, 12)))
                .build());
        answerWithRecord(11, 4, 5);

        assertThat(done(asked).number()).isEqualTo(7);
    }

    @Test
    void shouldAnswerAQuestionThatCannotBeAsked() {
        SessionGrant grant = open();
        Entry own = new Entry("e", grant.id(), "/root/elections/e/1", 9, grant.generation());
        List<GuardedOp> defective = new AbstractList<>() {
            @Override
            public GuardedOp get(int index) {
                throw new IllegalStateException("a defect");
            }

            @Override
            public int size() {
                return 1;
            }
        };

        Outcome<Ack> answer = outcome(coordinator.guardedWrite(own, defective));

        assertThat(answer).isInstanceOfSatisfying(Outcome.Ambiguous.class, open -> assertThat(open.cause())
                .hasMessage("a defect"));
    }
}
