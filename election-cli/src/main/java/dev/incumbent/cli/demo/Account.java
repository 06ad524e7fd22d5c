package dev.incumbent.cli.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * One account: a balance that leaders read, raise by one and write back, and beside it an entry for each deposit.
 *
 * <p>Each deposit is 1, so the balance equals the number of entries as long as nobody writes an old balance over a newer
 * one. The entries are only ever added to: they tell afterwards what the balance should be.
 */
enum Account {
    /** Written through a guard. */
    FENCED("fenced"),
    /** The twin: the same writes in the same steps, by whoever believes to lead. */
    UNFENCED("unfenced");

    private final String table;

    Account(String name) {
        this.table = name + "_account";
    }

    /**
     * What the account holds.
     *
     * @param balance the balance
     * @param deposits how many deposits were acknowledged
     * @param disordered how many deposits stand behind one of a newer leader
     */
    record Totals(long balance, long deposits, long disordered) {

        /** Deposits that were acknowledged and are not in the balance. */
        long lost() {
            return deposits - balance;
        }

        boolean isConsistent() {
            return balance == deposits && disordered == 0;
        }
    }

    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE " + table + " (balance BIGINT NOT NULL)");
            statement.execute("INSERT INTO " + table + " VALUES (0)");
            statement.execute("CREATE TABLE " + table + "_entries (position BIGINT GENERATED ALWAYS AS IDENTITY"
                    + " PRIMARY KEY, candidate VARCHAR(40) NOT NULL, epoch BIGINT NOT NULL)");
        }
    }

    long balance(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT balance FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Writes a balance, computed from one read earlier, and notes the deposit. The transaction is the caller's. */
    void deposit(Connection connection, long newBalance, String candidate, long epoch) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE " + table + " SET balance = ?");
                PreparedStatement note = connection.prepareStatement(
                        "INSERT INTO " + table + "_entries (candidate, epoch) VALUES (?, ?)")) {
            update.setLong(1, newBalance);
            update.executeUpdate();
            note.setString(1, candidate);
            note.setLong(2, epoch);
            note.executeUpdate();
        }
    }

    /** Reads all in one statement, and so as of one moment. */
    Totals totals(Connection connection) throws SQLException {
        String sql = "SELECT (SELECT balance FROM " + table + "), (SELECT COUNT(*) FROM " + table + "_entries),"
                + " (SELECT COUNT(*) FROM " + table + "_entries late WHERE epoch < (SELECT MAX(epoch) FROM " + table
                + "_entries earlier WHERE earlier.position < late.position))";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return new Totals(rows.getLong(1), rows.getLong(2), rows.getLong(3));
        }
    }
}
