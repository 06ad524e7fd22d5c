package dev.incumbent.cli.demo;

import dev.incumbent.cli.demo.Account.Totals;
import dev.incumbent.cli.demo.Event.Kind;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Locale;

/**
 * The act for which fences are built: a leader is frozen between its last check and its write, and wakes when another one
 * has led for a while.
 */
final class FrozenLeader {

    private static final int DEPOSITS_OF_THE_SUCCESSOR = 15;

    String play(Stage stage) throws NotSeenException, InterruptedException, IOException, SQLException {
        Event old = stage.leader();
        CandidateProcess sleeper = stage.process(old.candidate());
        Event held = freeze(stage, sleeper);

        int mark = stage.transcript().mark();
        long frozen = System.nanoTime();
        Event next = stage.awaitSuccessor(mark, old, stage.lease().plus(Stage.PATIENCE));
        stage.narrator()
                .at(next.candidate() + " is elected with token #" + next.number(0) + ", "
                        + Words.nanos(next.nanos() - frozen) + " later, and seals the fenced account with it.");
        rest(stage, mark, next);

        Totals fencedBefore = stage.bank().totals(Account.FENCED);
        Totals twinBefore = stage.bank().totals(Account.UNFENCED);
        Event refused = wake(stage, sleeper, old, next);
        Totals fencedAfter = stage.bank().totals(Account.FENCED);
        Totals twinAfter = stage.bank().totals(Account.UNFENCED);
        headings(stage);
        show(stage, "before the late write", fencedBefore, twinBefore);
        show(stage, "after the late write", fencedAfter, twinAfter);

        requireUntouched(fencedBefore, fencedAfter);
        requireCorrupted(twinBefore, twinAfter, held.number(2));
        goOn(stage, next, fencedAfter, twinAfter);
        requireDeposed(stage, mark, old);
        return "Frozen leader: its late write with token #" + refused.number(0)
                + " was refused by the fence (sealed by #" + refused.number(1) + "); the unfenced twin lost "
                + twinAfter.lost() + " deposits";
    }

    private static Event freeze(Stage stage, CandidateProcess sleeper)
            throws NotSeenException, InterruptedException, IOException {
        int mark = stage.transcript().mark();
        sleeper.order(Order.HOLD);
        Event held = stage.await(mark, Kind.HELD, sleeper.name(), "the step to freeze " + sleeper.name() + " in");
        sleeper.freeze();
        stage.narrator()
                .at("kill -STOP " + sleeper.pid() + ": " + sleeper.name()
                        + " has read the balances, found that it leads, and"
                        + " is frozen just before it writes " + held.number(1) + " and " + held.number(2)
                        + ". It cannot renew its lease, and cannot know that it is late.");
        return held;
    }

    /** Lets the new leader work for a while and then pause, so that the numbers stand still for a comparison. */
    private static void rest(Stage stage, int mark, Event next) throws NotSeenException, InterruptedException {
        stage.awaitDeposit(mark, DEPOSITS_OF_THE_SUCCESSOR, next);
        stage.process(next.candidate()).order(Order.REST);
        stage.await(mark, Kind.RESTING, next.candidate(), "a pause of " + next.candidate());
        stage.narrator()
                .at(next.candidate() + " has made more than " + DEPOSITS_OF_THE_SUCCESSOR
                        + " deposits and pauses, in office, so that the numbers can be compared.");
    }

    private static Event wake(Stage stage, CandidateProcess sleeper, Event old, Event next)
            throws NotSeenException, InterruptedException, IOException {
        int mark = stage.transcript().mark();
        sleeper.order(Order.GO);
        sleeper.wake();
        stage.narrator()
                .at("kill -CONT " + sleeper.pid() + ": " + sleeper.name() + " wakes in the middle of its step.");
        Event refused = stage.transcript()
                .await(
                        mark,
                        "the refusal of the late write",
                        Stage.PATIENCE,
                        event -> event.by(sleeper.name()) && (event.is(Kind.REFUSED) || event.is(Kind.DEPOSITED)));
        if (refused.is(Kind.DEPOSITED)) {
            throw new NotSeenException("the refusal of the late write: the fence let it pass");
        }
        if (refused.number(0) != old.number(0) || refused.number(1) != next.number(0)) {
            throw new NotSeenException("a refusal that names both tokens, #" + old.number(0) + " and #" + next.number(0)
                    + "; it says: " + refused.text(2));
        }
        stage.await(mark, Kind.OVERWROTE, sleeper.name(), "the late write to the unfenced twin");
        stage.narrator()
                .highlight(
                        "bold",
                        "The fenced account refuses " + sleeper.name() + "'s late write: token #" + refused.number(0)
                                + " is stale, the account was sealed by #" + refused.number(1)
                                + ". The twin takes it.");
        stage.narrator().note("The store says: " + refused.text(2));
        return refused;
    }

    private static void headings(Stage stage) {
        stage.narrator().row("");
        row(stage, "balance of deposits made", "fenced account", "unfenced twin");
    }

    private static void show(Stage stage, String when, Totals fenced, Totals twin) {
        row(stage, when, amount(fenced), amount(twin));
    }

    private static void row(Stage stage, String what, String fenced, String twin) {
        stage.narrator().row(String.format(Locale.ROOT, "%-26s %-16s %s", what, fenced, twin));
    }

    private static String amount(Totals totals) {
        String amount = totals.balance() + " of " + totals.deposits();
        return totals.lost() == 0 ? amount : amount + ", " + totals.lost() + " lost";
    }

    static void requireUntouched(Totals before, Totals after) throws NotSeenException {
        if (!after.equals(before) || !after.isConsistent()) {
            throw new NotSeenException(
                    "a fenced account that the late write did not touch; it was " + before + " and is " + after);
        }
    }

    static void requireCorrupted(Totals before, Totals after, long lateBalance) throws NotSeenException {
        boolean corrupted = before.isConsistent()
                && after.balance() == lateBalance
                && after.balance() < before.balance()
                && after.deposits() == before.deposits() + 1;
        if (!corrupted) {
            throw new NotSeenException("an unfenced twin whose balance went back to " + lateBalance + "; it was "
                    + before + " and is " + after);
        }
    }

    private static void requireDeposed(Stage stage, int mark, Event old) throws NotSeenException, InterruptedException {
        Event revoked = stage.await(mark, Kind.REVOKED, old.candidate(), "the end of " + old.candidate() + "'s term");
        stage.narrator().at(old.candidate() + " knows by now that its term is over (" + revoked.text(1) + ").");
    }

    /** The fence was no obstacle to the rightful leader. */
    private static void goOn(Stage stage, Event next, Totals fencedBefore, Totals twinBefore)
            throws NotSeenException, InterruptedException, SQLException {
        int mark = stage.transcript().mark();
        stage.process(next.candidate()).order(Order.WORK);
        stage.awaitDeposit(mark, 3, next);
        Totals fenced = stage.bank().totals(Account.FENCED);
        Totals twin = stage.bank().totals(Account.UNFENCED);
        show(stage, "when " + next.candidate() + " goes on", fenced, twin);
        stage.narrator().row("");
        if (!fenced.isConsistent() || fenced.deposits() < fencedBefore.deposits() + 3) {
            throw new NotSeenException("a fenced account that goes on without a loss; it is " + fenced);
        }
        if (twin.lost() != twinBefore.lost()) {
            throw new NotSeenException("a twin whose loss is for good; it is " + twin);
        }
    }
}
