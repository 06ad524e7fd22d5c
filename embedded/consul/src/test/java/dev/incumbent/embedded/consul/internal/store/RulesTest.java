package dev.incumbent.embedded.consul.internal.store;

import static dev.incumbent.embedded.consul.internal.store.Machine.cas;
import static dev.incumbent.embedded.consul.internal.store.Machine.deleteCas;
import static dev.incumbent.embedded.consul.internal.store.Machine.lock;
import static dev.incumbent.embedded.consul.internal.store.Machine.set;
import static dev.incumbent.embedded.consul.internal.store.Machine.unlock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Consul does to keys and sessions, one rule at a time; each was seen on 1.8.7. */
class RulesTest {

    private static final long SECOND = 1_000_000_000L;

    private final Machine machine = new Machine();

    @Test
    void shouldKeepTheIndexWhenTheSameIsWrittenAgain() {
        machine.does(set("a", "1"));
        long index = machine.index;
        machine.does(set("a", "1"));
        assertThat(machine.entry("a").modifyIndex()).isEqualTo(index);
        assertThat(machine.state.changes().keys()).isEmpty();
        machine.does(new KvOp("set", "a", "1", 7, "", 0));
        assertThat(machine.entry("a").modifyIndex()).isEqualTo(machine.index);
        assertThat(machine.entry("a").createIndex()).isEqualTo(index);
    }

    @Test
    void shouldCompareIndexesBeforeItWrites() {
        assertThat(machine.does(cas("a", "1", 7))).isFalse();
        assertThat(machine.does(cas("a", "1", 0))).isTrue();
        long index = machine.index;
        assertThat(machine.does(cas("a", "2", 0))).isFalse();
        assertThat(machine.does(cas("a", "2", index - 1))).isFalse();
        assertThat(machine.does(cas("a", "2", index))).isTrue();
    }

    @Test
    void shouldCompareIndexesBeforeItDeletes() {
        assertThat(machine.does(deleteCas("a", 7))).isTrue();
        machine.does(set("a", "1"));
        assertThat(machine.does(deleteCas("a", machine.index + 5))).isFalse();
        assertThat(machine.does(deleteCas("a", machine.entry("a").modifyIndex())))
                .isTrue();
        assertThat(machine.state.entry("a")).isEmpty();
    }

    @Test
    void shouldLetOneSessionHoldAKeyAtATime() {
        String one = machine.session("one", false, 0);
        String two = machine.session("two", false, 0);
        assertThat(machine.does(lock("a", one))).isTrue();
        long index = machine.index;
        assertThat(machine.does(lock("a", two))).isFalse();
        assertThat(machine.does(lock("a", one))).isTrue();
        assertThat(machine.entry("a")).isEqualTo(new Entry("a", "", 0, one, 1, index, index));
        assertThat(machine.does(unlock("a", two))).isFalse();
        assertThat(machine.does(unlock("a", one))).isTrue();
        assertThat(machine.entry("a").session()).isEmpty();
        assertThat(machine.does(unlock("a", one))).isFalse();
        assertThat(machine.does(lock("a", two))).isTrue();
        assertThat(machine.entry("a").lockIndex()).isEqualTo(2);
    }

    @Test
    void shouldResetTheLockIndexAndKeepTheLockWhenAHeldKeyIsWritten() {
        String one = machine.session("one", false, 0);
        machine.does(lock("a", one));
        machine.does(set("a", "x"));
        assertThat(machine.entry("a").lockIndex()).isZero();
        assertThat(machine.entry("a").session()).isEqualTo(one);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|missing session",
                "abc|failed session lookup: index error: UUID must be 36 characters",
                "00000000-0000-0000-0000-000000000000|invalid session \"00000000-0000-0000-0000-000000000000\"",
                "-----0000000-0000-0000-0000000000000|failed session lookup: index error: UUID should have maximum of 4"
                        + " \"-\"; got 8",
                "0000000-00000-0000-0000-00000000000g|failed session lookup: index error: Invalid UUID: encoding/hex:"
                        + " invalid byte: U+0067 'g'",
            })
    void shouldSayWhatIsWrongWithASession(String id, String what) {
        assertThatThrownBy(() -> machine.does(lock("a", id))).hasMessage(what);
    }

    @Test
    void shouldFindASessionHoweverItsIdIsWritten() {
        String one = machine.session("one", false, 0);
        String upper = one.toUpperCase(java.util.Locale.ROOT);
        assertThat(machine.state.session(upper)).isPresent();
        assertThat(machine.does(lock("a", upper))).isTrue();
        assertThat(machine.entry("a").session()).isEqualTo(upper);
        machine.apply(new Command.DestroySession(one));
        assertThat(machine.entry("a").session()).isEmpty();
    }

    @Test
    void shouldReleaseOrDeleteTheKeysOfASessionThatEnds() {
        String releases = machine.session("releases", false, 0);
        String deletes = machine.session("deletes", true, 0);
        machine.does(lock("r", releases));
        machine.does(lock("d", deletes));
        machine.apply(new Command.DestroySession(releases));
        machine.apply(new Command.DestroySession(deletes));
        assertThat(machine.entry("r").session()).isEmpty();
        assertThat(machine.entry("r").modifyIndex()).isEqualTo(machine.index - 1);
        assertThat(machine.entry("r").lockIndex()).isEqualTo(1);
        assertThat(machine.state.entry("d")).isEmpty();
        assertThat(machine.state.sessions()).isEmpty();
        assertThat(machine.state.sessionsIndex()).isEqualTo(machine.index);
    }

    @Test
    void shouldBeginLockDelaysWhereSessionsEndAndNotWhereKeysAreReleased() {
        String one = machine.session("one", false, 5 * SECOND);
        machine.does(lock("a", one));
        machine.does(lock("b", one));
        machine.does(unlock("b", one));
        assertThat(machine.state.changes().delays()).isEmpty();
        machine.apply(new Command.DestroySession(one));
        assertThat(machine.state.changes().delays()).containsExactly(new Changes.Delay("a", 5 * SECOND));
        String forever = machine.session("forever", false, 3600 * SECOND);
        machine.does(lock("c", forever));
        machine.apply(new Command.DestroySession(forever));
        assertThat(machine.state.changes().delays()).containsExactly(new Changes.Delay("c", 60 * SECOND));
    }

    @Test
    void shouldNotTakeALockThatWasLookedUpBeforeADelayBegan() {
        String one = machine.session("one", false, SECOND);
        String two = machine.session("two", false, SECOND);
        machine.does(lock("a", one));
        long seen = machine.state.delaysIndex();
        machine.apply(new Command.DestroySession(one));
        assertThat(machine.apply(new Command.Txn(List.of(lock("a", two)), seen)))
                .isInstanceOf(Reply.LookAgain.class);
        assertThat(machine.entry("a").session()).isEmpty();
        assertThat(machine.apply(new Command.Txn(List.of(set("a", "x")), seen))).isInstanceOf(Reply.Results.class);
        assertThat(machine.apply(new Command.Txn(List.of(lock("a", two)), machine.state.delaysIndex())))
                .isInstanceOf(Reply.Results.class);
    }

    @Test
    void shouldPassOverAnExpiryOfAnotherTerm() {
        String one = machine.session("one", false, 0);
        machine.term = 5;
        machine.apply(new Command.ExpireSessions(4, List.of(one)));
        assertThat(machine.state.session(one)).isPresent();
        machine.apply(new Command.ExpireSessions(5, List.of(one, Machine.id("gone"))));
        assertThat(machine.state.session(one)).isEmpty();
    }

    @Test
    void shouldBindSessionsToNodesAndChecksThatExist() {
        assertThatThrownBy(() -> machine.session("one", false, 0, "none"))
                .hasMessage("Missing check 'none' registration");
        assertThat(machine.apply(new Command.CreateSession(
                        new Session(Machine.id("x"), "", "elsewhere", 0, false, "", 0, List.of(), null, 0))))
                .isEqualTo(new Reply.Refused("Missing node registration"));
        String bound = machine.session("bound", false, 0, Node.SERF_HEALTH);
        String free = machine.session("free", false, 0);
        machine.apply(new Command.RegisterNode(Node.of(Machine.NODE, "id", 8500, false)));
        assertThat(machine.state.session(bound)).isEmpty();
        assertThat(machine.state.session(free)).isPresent();
        assertThatThrownBy(() -> machine.session("late", false, 0, Node.SERF_HEALTH))
                .hasMessageContaining("critical");
    }

    @Test
    void shouldTellTheIndexOfATree() {
        assertThat(machine.state.keysIndex()).isZero();
        machine.does(set("t/a", "1"));
        machine.does(set("t/b", "1"));
        machine.does(set("u", "1"));
        long u = machine.index;
        assertThat(machine.state.treeIndex("t/")).isEqualTo(u - 1);
        assertThat(machine.state.treeIndex("")).isEqualTo(u);
        assertThat(machine.state.treeIndex("none")).isEqualTo(u);
        machine.does(KvOp.of("delete", "t/b"));
        assertThat(machine.state.treeIndex("t/")).isEqualTo(machine.index);
        machine.does(KvOp.of("delete-tree", "t/"));
        assertThat(machine.state.treeIndex("t/")).isEqualTo(machine.index);
        long deleted = machine.index;
        machine.does(set("u", "2"));
        assertThat(machine.state.treeIndex("t/")).isEqualTo(deleted);
        // What is forgotten leaves the table's own index, whose drop and rise clients have to live with.
        machine.apply(new Command.ReapTombstones(deleted));
        assertThat(machine.state.treeIndex("t/")).isEqualTo(machine.state.keysIndex());
    }

    @Test
    void shouldGoThroughATreeOnceHoweverManyAskForIt() {
        machine.does(set("t/a", "1"));
        machine.does(set("t/b", "1"));
        List<Entry> copy = machine.state.copyOfTree("t/");
        assertThat(machine.state.copyOfTree("t/")).isSameAs(copy);
        machine.txn(set("t/c", "1"), cas("t/a", "x", 99));
        assertThat(machine.state.copyOfTree("t/")).isEqualTo(copy);
        machine.does(set("t/c", "1"));
        assertThat(machine.state.copyOfTree("t/")).hasSize(3);
        assertThat(machine.state.treeIndex("t/")).isEqualTo(machine.index);
        machine.does(KvOp.of("delete", "t/a"));
        assertThat(machine.state.copyOfTree("t/")).hasSize(2);
        assertThat(machine.state.treeIndex("t/")).isEqualTo(machine.index);
    }

    @Test
    void shouldCarryOutAllOrNothingAndSayWhatFailed() {
        machine.does(set("a", "1"));
        long index = machine.index;
        Reply reply = machine.txn(
                set("b", "2"),
                cas("a", "x", 99),
                KvOp.of("get", "b"),
                KvOp.of("delete-tree", ""),
                KvOp.of("get", "a"),
                KvOp.of("jump", "a"));
        assertThat(reply)
                .isEqualTo(new Reply.Errors(List.of(
                        new Reply.OpError(1, true, "failed to set key \"a\", index is stale"),
                        new Reply.OpError(4, true, "key \"a\" doesn't exist"),
                        new Reply.OpError(5, false, "unknown KV verb \"jump\""))));
        assertThat(machine.state.tree("")).containsExactly(new Entry("a", "1", 0, "", 0, index, index));
        assertThat(machine.state.keysIndex()).isEqualTo(index);
        assertThat(machine.state.changes().keys()).isEmpty();
    }

    @Test
    void shouldGiveWhatTheOperationsOfATxnSee() {
        String one = machine.session("one", false, 0);
        Reply reply = machine.txn(
                KvOp.of("check-not-exists", "q/1"),
                lock("q/1", one),
                KvOp.of("get-tree", "q/"),
                new KvOp("check-session", "q/1", "", 0, one, 0));
        Entry entry = machine.entry("q/1");
        assertThat(entry.createIndex()).isEqualTo(machine.index);
        assertThat(reply)
                .isEqualTo(new Reply.Results(List.of(
                        new Reply.Result(entry, false),
                        new Reply.Result(entry, true),
                        new Reply.Result(entry, false))));
    }

    @Test
    void shouldOrderKeysByTheirBytes() {
        String astral = GoText.bytes("\ud83d\ude00");
        String high = GoText.bytes("\uffee");
        machine.does(set(astral, "1"));
        machine.does(set(high, "1"));
        machine.does(set("z", "1"));
        machine.does(set("z/", "1"));
        assertThat(machine.state.tree("").stream().map(Entry::key)).containsExactly("z", "z/", high, astral);
    }

    @Test
    void shouldKnowWhereAKeyThatIsNotThereWouldBe() {
        assertThat(machine.state.nearest("a/b")).isEmpty();
        for (String key : List.of("a/b/1", "a/c", "b")) {
            machine.does(set(key, "1"));
        }
        assertThat(machine.state.nearest("a/b/2")).isEqualTo("a/b/");
        assertThat(machine.state.nearest("a/")).isEqualTo("a/");
        assertThat(machine.state.nearest("a/z")).isEqualTo("a/");
        assertThat(machine.state.nearest("z")).isEmpty();
    }
}
