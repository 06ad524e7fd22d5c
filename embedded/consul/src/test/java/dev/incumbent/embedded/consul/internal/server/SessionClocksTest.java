package dev.incumbent.embedded.consul.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Node;
import dev.incumbent.embedded.consul.internal.store.Session;
import dev.incumbent.embedded.raft.RaftNode;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When sessions are over, on a clock that the test moves. Times are seconds. */
class SessionClocksTest {

    private static final String ID = "00000000-0000-0000-0000-000000000001";

    private final ConsulMachine machine = new ConsulMachine();
    private final SessionClocks clocks = new SessionClocks();
    private long index;
    private long now;

    @BeforeEach
    void register() {
        apply(new Command.RegisterNode(Node.of("n", "id", 1, true)));
    }

    private void apply(Command command) {
        machine.apply(++index, 1, command);
        clocks.applied(machine, nanos());
    }

    private long nanos() {
        return TimeUnit.SECONDS.toNanos(now);
    }

    private void create(long ttlSeconds) {
        apply(new Command.CreateSession(new Session(
                ID, "", "n", 0, false, ttlSeconds + "s", TimeUnit.SECONDS.toNanos(ttlSeconds), List.of(), null, 0)));
    }

    private void leadIn(long term) {
        clocks.changed(new RaftNode.Status(true, term, OptionalInt.of(1), true, 1, 1, 0));
    }

    private void follow(long term) {
        clocks.changed(new RaftNode.Status(true, term, OptionalInt.of(2), false, 1, 1, 0));
    }

    private boolean isOverAt(long seconds) {
        now = seconds;
        boolean over = clocks.sweep(machine, nanos()).isPresent();
        clocks.proposed();
        return over;
    }

    @Test
    void shouldGiveASessionTwiceItsTimeFromItsCreationAndFromEachRenewal() {
        leadIn(1);
        now = 100;
        create(10);
        assertThat(isOverAt(119)).isFalse();
        assertThat(clocks.renew(machine, ID, nanos())).isInstanceOf(SessionClocks.Renewal.Renewed.class);
        assertThat(isOverAt(138)).isFalse();
        assertThat(isOverAt(139)).isTrue();
    }

    @Test
    void shouldProposeTheEndInItsTermAndOnceAtATime() {
        leadIn(7);
        create(10);
        now = 30;
        assertThat(clocks.sweep(machine, nanos())).contains(new Command.ExpireSessions(7, List.of(ID)));
        assertThat(clocks.sweep(machine, nanos())).isEmpty();
        clocks.proposed();
        assertThat(clocks.sweep(machine, nanos())).isPresent();
        apply(new Command.DestroySession(ID));
        clocks.proposed();
        assertThat(clocks.sweep(machine, nanos())).isEmpty();
    }

    @Test
    void shouldNotRenewWhatIsOver() {
        leadIn(1);
        create(10);
        now = 20;
        assertThat(clocks.renew(machine, ID, nanos())).isInstanceOf(SessionClocks.Renewal.Ending.class);
        apply(new Command.DestroySession(ID));
        assertThat(clocks.renew(machine, ID, nanos())).isInstanceOf(SessionClocks.Renewal.Unknown.class);
    }

    @Test
    void shouldRunNoClockWhereItDoesNotLeadAndBeginAllAnewWhereItDoes() {
        create(10);
        assertThat(isOverAt(1000)).isFalse();
        assertThat(clocks.renew(machine, ID, nanos())).isInstanceOf(SessionClocks.Renewal.NotLeader.class);
        leadIn(2);
        assertThat(isOverAt(1001)).isFalse();
        assertThat(isOverAt(1020)).isFalse();
        follow(3);
        assertThat(isOverAt(1030)).isFalse();
        leadIn(4);
        assertThat(isOverAt(1031)).isFalse();
        assertThat(isOverAt(1050)).isFalse();
        assertThat(isOverAt(1051)).isTrue();
    }

    @Test
    void shouldLetClocksGoOnThroughAMomentOfDoubtInItsTerm() {
        leadIn(3);
        create(10);
        now = 15;
        follow(3);
        assertThat(clocks.renew(machine, ID, nanos())).isInstanceOf(SessionClocks.Renewal.NotLeader.class);
        assertThat(isOverAt(21)).isFalse();
        String other = ID.replace('1', '2');
        apply(new Command.CreateSession(
                new Session(other, "", "n", 0, false, "1s", TimeUnit.SECONDS.toNanos(1), List.of(), null, 0)));
        leadIn(3);
        assertThat(clocks.sweep(machine, nanos())).contains(new Command.ExpireSessions(3, List.of(ID)));
        clocks.proposed();
        apply(new Command.DestroySession(ID));
        assertThat(isOverAt(23)).isTrue();
    }

    @Test
    void shouldNeverEndASessionWithoutATimeUnlessItIsCutShort() {
        leadIn(1);
        create(0);
        assertThat(isOverAt(1_000_000)).isFalse();
        assertThat(clocks.cutShort(machine, ID, nanos())).isTrue();
        assertThat(isOverAt(1_000_000)).isTrue();
    }
}
