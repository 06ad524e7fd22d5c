package dev.incumbent.embedded.consul.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.KvOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WaitersTest {

    private final ConsulMachine machine = new ConsulMachine();
    private final Waiters waiters = new Waiters();
    private final List<Scope> looked = new ArrayList<>();
    private long index = 10;

    /** Is never answered, and tells when it is looked at. */
    private Parked park(Scope scope) {
        Parked parked = new Parked(
                new Query(
                        scope,
                        state -> {
                            looked.add(scope);
                            return 1;
                        },
                        state -> () -> Response.empty(200)),
                Long.MAX_VALUE);
        parked.settle(machine);
        waiters.add(parked);
        return parked;
    }

    private void apply(KvOp... operations) {
        machine.apply(++index, 1, new Command.Txn(List.of(operations), Long.MAX_VALUE));
        looked.clear();
        waiters.applied(machine);
    }

    private static KvOp set(String key) {
        return new KvOp("set", key, "x", 0, "", 0);
    }

    @Test
    void shouldLookOnlyAtThoseThatAChangeConcerns() {
        park(new Scope.Key("a/b"));
        park(new Scope.Key("a"));
        park(new Scope.Tree(""));
        park(new Scope.Tree("a/"));
        park(new Scope.Tree("b/"));
        park(new Scope.Sessions());
        park(new Scope.Catalog());
        apply(set("a/b"));
        assertThat(looked).containsExactlyInAnyOrder(new Scope.Key("a/b"), new Scope.Tree(""), new Scope.Tree("a/"));
        apply(set("c"));
        assertThat(looked).containsExactly(new Scope.Tree(""));
    }

    @Test
    void shouldLookAtEachOnceForAllThatACommandChanged() {
        park(new Scope.Tree("a/"));
        apply(set("a/1"), set("a/2"), set("a/3"));
        assertThat(looked).hasSize(1);
        apply(KvOp.of("delete-tree", "a/"));
        assertThat(looked).hasSize(1);
    }

    @Test
    void shouldLookAtAllWhenASnapshotTookThePlaceOfTheState() {
        park(new Scope.Key("x"));
        park(new Scope.Catalog());
        machine.restore(5, machine.snapshot());
        waiters.applied(machine);
        assertThat(looked).hasSize(2);
    }

    @Test
    void shouldForgetThoseThatLeave() {
        Random random = new Random(1);
        List<Parked> parked = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String key = "k" + random.nextInt(20);
            parked.add(park(random.nextBoolean() ? new Scope.Key(key) : new Scope.Tree(key)));
        }
        assertThat(waiters.size()).isEqualTo(500);
        parked.forEach(waiters::remove);
        parked.forEach(waiters::remove);
        assertThat(waiters.size()).isZero();
        apply(set("k1"));
        assertThat(looked).isEmpty();
    }
}
