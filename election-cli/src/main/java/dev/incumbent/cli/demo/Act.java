package dev.incumbent.cli.demo;

import java.io.IOException;
import java.sql.SQLException;

/** One part of the demonstration. */
interface Act {

    /** What it is about, in a few words. */
    String title();

    /**
     * Plays it.
     *
     * @return what was seen, in one sentence for the summary
     * @throws NotSeenException if it was not seen
     */
    String play(Stage stage) throws NotSeenException, InterruptedException, IOException, SQLException;
}
