package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.FenceScope;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * H2 from version 2.2.220 on, by {@code FOR UPDATE} on the mark's row.
 *
 * <p>H2 has no shared row lock, so fenced transactions of one scope take turns, one leader's too.
 */
public final class H2Dialect implements Dialect {

    private static final String DUPLICATE_KEY = "23505";
    private static final String LOCK_TIMEOUT = "HYT00";
    private static final int FIRST_SEAL_ATTEMPTS = 16;

    @Override
    public void lockForSeal(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
            throws SQLException {
        long before = lockTimeoutMillis(connection);
        setLockTimeoutMillis(connection, timeout.toMillis());
        try {
            // Of two first seals, one inserts the row; the other waits for it and finds the row, or, if the first
            // rolled back in the meantime, still none.
            for (int attempt = 0; attempt < FIRST_SEAL_ATTEMPTS; attempt++) {
                if (lockRow(connection, table, scope, timeout) || insertRow(connection, table, scope)) {
                    return;
                }
            }
            throw new SQLTimeoutException(
                    "The mark's row came and went " + FIRST_SEAL_ATTEMPTS + " times", LOCK_TIMEOUT);
        } finally {
            setLockTimeoutMillis(connection, before);
        }
    }

    @Override
    public boolean lockForWrite(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
            throws SQLException {
        return lockRow(connection, table, scope, timeout);
    }

    /**
     * H2 does not reuse its transactions' numbers while the database is open. What this does not notice is an SQL text
     * that rolls back to a savepoint from before the work, and so lets the lock go while the transaction stays open.
     */
    @Override
    public String transactionId(Connection connection, MarkTable table, FenceScope scope) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COALESCE(TRANSACTION_ID(), 'none')")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Override
    public boolean isLockTimeout(SQLException error) {
        return LOCK_TIMEOUT.equals(error.getSQLState());
    }

    /** Names every other session with uncommitted changes: H2 tells who waits for whom only during the wait. */
    @Override
    public Optional<String> blockers(Connection connection, MarkTable table, FenceScope scope) throws SQLException {
        String sql = "SELECT session_id, user_name, session_start FROM information_schema.sessions"
                + " WHERE contains_uncommitted AND session_id <> SESSION_ID() ORDER BY session_id";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            StringJoiner blockers = new StringJoiner(" or ").setEmptyValue("");
            while (rows.next()) {
                blockers.add("session " + rows.getLong(1) + " of user '" + rows.getString(2) + "' (connected since "
                        + rows.getString(3) + ")");
            }
            return blockers.length() == 0 ? Optional.empty() : Optional.of(blockers.toString());
        }
    }

    private static boolean lockRow(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
            throws SQLException {
        String seconds = BigDecimal.valueOf(timeout.toMillis(), 3).toPlainString();
        String sql =
                "SELECT 1 FROM " + table.name() + " WHERE election = ? AND resource = ? FOR UPDATE WAIT " + seconds;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, scope.election());
            statement.setString(2, scope.resource());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static boolean insertRow(Connection connection, MarkTable table, FenceScope scope) throws SQLException {
        String sql = "INSERT INTO " + table.name() + " (election, resource, authority, generation, epoch)"
                + " VALUES (?, ?, '', 0, 0)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, scope.election());
            statement.setString(2, scope.resource());
            statement.executeUpdate();
            return true;
        } catch (SQLException error) {
            if (DUPLICATE_KEY.equals(error.getSQLState())) {
                return false;
            }
            throw error;
        }
    }

    private static long lockTimeoutMillis(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT LOCK_TIMEOUT()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void setLockTimeoutMillis(Connection connection, long millis) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCK_TIMEOUT " + millis);
        }
    }
}
