package dev.incumbent.cli.demo;

import dev.incumbent.cli.demo.Event.Kind;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Locale;

/** The four acts. */
final class Acts {

    private static final int SOME_DEPOSITS = 5;
    private static final int EXIT_BY_SIGKILL = 128 + 9;

    private Acts() {}

    static Act election() {
        return act("Election", Acts::playElection);
    }

    static Act handoff() {
        return act("Resign and handoff", Acts::playHandoff);
    }

    static Act crash() {
        return act("Crash (kill -9) and failover", Acts::playCrash);
    }

    static Act frozenLeader() {
        return act("A leader frozen, deposed, and woken", new FrozenLeader()::play);
    }

    private static String playElection(Stage stage) throws NotSeenException, InterruptedException {
        Event standing = stage.transcript().await(0, "a candidate", Stage.PATIENCE, event -> event.is(Kind.STANDING));
        Event elected = stage.transcript().await(0, "an election", Stage.PATIENCE, event -> event.is(Kind.ELECTED));
        String leader = elected.candidate();
        stage.narrator()
                .at(leader + " is elected, " + Words.between(standing, elected)
                        + " after the first candidate stood. Its token is #" + elected.number(0)
                        + "; a later leader's is always higher.");
        for (CandidateProcess candidate : stage.candidates()) {
            stage.await(0, Kind.STANDING, candidate.name(), "the candidacy of " + candidate.name());
        }
        Event deposit = stage.awaitDeposit(0, SOME_DEPOSITS, elected);
        stage.narrator()
                .at("Ten times a second " + leader + " reads each balance, adds 1 and writes it back: "
                        + deposit.number(1) + " deposits so far. The other two wait in line.");
        long terms = stage.transcript().all().stream()
                .filter(event -> event.is(Kind.ELECTED))
                .count();
        if (terms != 1) {
            throw new NotSeenException("one leader; " + terms + " were elected");
        }
        return "Election: one of three leads, with token #" + elected.number(0);
    }

    private static String playHandoff(Stage stage) throws NotSeenException, InterruptedException {
        Event old = stage.leader();
        int mark = stage.transcript().mark();
        long asked = System.nanoTime();
        stage.process(old.candidate()).order(Order.RESIGN);
        stage.narrator().at(old.candidate() + " is asked to resign: it stops its work, then releases the office.");
        Event next = stage.awaitSuccessor(mark, old, Stage.PATIENCE);
        Event revoked = stage.await(mark, Kind.REVOKED, old.candidate(), "the end of " + old.candidate() + "'s term");
        if (!revoked.text(1).equals("RESIGNED")) {
            throw new NotSeenException("a resignation; the term ended as " + revoked.text(1));
        }
        Event deposit = stage.awaitDeposit(mark, 1, next);
        String took = Words.nanos(next.nanos() - asked);
        stage.narrator()
                .at(next.candidate() + " is elected with token #" + next.number(0) + ", " + took
                        + " after the request; its first deposit is in after "
                        + Words.nanos(deposit.nanos() - asked) + ". " + old.candidate()
                        + " stands again, at the end of the line.");
        stage.await(mark, Kind.STANDING, old.candidate(), "the new candidacy of " + old.candidate());
        return "Resign and handoff: " + old.candidate() + " to " + next.candidate() + " in " + took;
    }

    private static String playCrash(Stage stage) throws NotSeenException, InterruptedException {
        Event old = stage.leader();
        CandidateProcess victim = stage.process(old.candidate());
        // Right after a step, so that both accounts have the same deposits and the numbers below are easy to compare.
        stage.awaitDeposit(stage.transcript().mark(), 1, old);
        int mark = stage.transcript().mark();
        long killed = System.nanoTime();
        stage.transcript().expectEndOf(old.candidate());
        victim.kill();
        stage.narrator()
                .at("kill -9 " + victim.pid() + ": " + old.candidate()
                        + " is gone without a word. Nobody else may lead until " + stage.afterCrash() + ".");
        Event exited = stage.await(mark, Kind.EXITED, old.candidate(), "the end of " + old.candidate());
        if (exited.number(0) != EXIT_BY_SIGKILL) {
            throw new NotSeenException("a process ended by SIGKILL; its exit code is " + exited.number(0));
        }
        Event next = stage.awaitSuccessor(mark, old, stage.lease().plus(Stage.PATIENCE));
        Event deposit = stage.awaitDeposit(mark, 1, next);
        String took = Words.nanos(next.nanos() - killed);
        stage.narrator()
                .at(next.candidate() + " is elected with token #" + next.number(0) + ", " + took
                        + " after the kill; its first deposit is in after "
                        + Words.nanos(deposit.nanos() - killed) + ".");
        return String.format(
                Locale.ROOT,
                "Crash and failover: %s to %s in %s (lease %d s)",
                old.candidate(),
                next.candidate(),
                took,
                stage.lease().toSeconds());
    }

    /** How an act is played. */
    @FunctionalInterface
    private interface Play {
        String play(Stage stage) throws NotSeenException, InterruptedException, IOException, SQLException;
    }

    private static Act act(String title, Play play) {
        return new Act() {
            @Override
            public String title() {
                return title;
            }

            @Override
            public String play(Stage stage) throws NotSeenException, InterruptedException, IOException, SQLException {
                return play.play(stage);
            }
        };
    }
}
