package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.FenceScope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * PostgreSQL from version 12 on, by advisory locks of the transaction: shared for writes, exclusive for a seal.
 *
 * <p>One leader's writers run in parallel. The next leader's seal waits for those in flight, and those that come after
 * it queue behind it; with {@code FOR SHARE} on the mark's row they would overtake it, for seconds on end. The lock's
 * number is a hash of election and resource, so two scopes may, very rarely, wait for each other needlessly. The table
 * is left out on purpose: it has several spellings, and with two of them a seal would not see the writers.
 *
 * <p>A fenced transaction gets an {@code idle_in_transaction_session_timeout}, by which the server ends the session of a
 * leader that froze in the middle of one. A pooler that shares a session between clients must do so by whole
 * transactions.
 */
public final class PostgreSqlDialect implements Dialect {

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Advisory locks of one 64-bit number show as two halves, with a third column that says so. */
    private static final String THIS_LOCK = "l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
            + " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            + " AND ((l.classid::bigint << 32) | l.objid::bigint) = ?";

    private final Duration idleTimeout;

    /** Ends sessions that idle for 30 seconds in a fenced transaction. */
    public PostgreSqlDialect() {
        this(Duration.ofSeconds(30));
    }

    /**
     * Ends sessions that idle for that long in a fenced transaction.
     *
     * @param idleTimeout at least a millisecond; longer than work ever waits between two statements
     */
    public PostgreSqlDialect(Duration idleTimeout) {
        if (idleTimeout.toMillis() < 1 || idleTimeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("The idle timeout is from 1 ms to 2147483647 ms; it was " + idleTimeout);
        }
        this.idleTimeout = idleTimeout;
    }

    @Override
    public void lockForSeal(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
            throws SQLException {
        lock(connection, "pg_advisory_xact_lock", key(scope), timeout);
    }

    @Override
    public boolean lockForWrite(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
            throws SQLException {
        setForTransaction(connection, "idle_in_transaction_session_timeout", idleTimeout.toMillis() + "ms");
        lock(connection, "pg_advisory_xact_lock_shared", key(scope), timeout);
        return true;
    }

    /** Asks for the transaction that holds the lock, since rolling back to an earlier savepoint also lets it go. */
    @Override
    public String transactionId(Connection connection, MarkTable table, FenceScope scope) throws SQLException {
        String sql = "SELECT l.virtualtransaction FROM pg_locks l WHERE l.pid = pg_backend_pid() AND " + THIS_LOCK;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key(scope));
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "none";
            }
        }
    }

    @Override
    public boolean isLockTimeout(SQLException error) {
        return LOCK_NOT_AVAILABLE.equals(error.getSQLState());
    }

    @Override
    public Optional<String> blockers(Connection connection, MarkTable table, FenceScope scope) throws SQLException {
        String sql = "SELECT a.pid, a.usename, a.application_name, a.client_addr::text, a.state, a.xact_start::text"
                + " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                + " WHERE l.pid <> pg_backend_pid() AND " + THIS_LOCK + " ORDER BY a.xact_start";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key(scope));
            StringJoiner blockers = new StringJoiner(", ");
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    blockers.add("process " + rows.getInt(1) + " of user '" + rows.getString(2) + "' (application '"
                            + rows.getString(3) + "', client " + rows.getString(4) + ", " + rows.getString(5)
                            + ", in its transaction since " + rows.getString(6) + ")");
                }
            }
            return blockers.length() == 0 ? Optional.empty() : Optional.of(blockers.toString());
        }
    }

    /** The timeout is put back at once: in the caller's transaction, other statements have their own. */
    private static void lock(Connection connection, String function, long key, Duration timeout) throws SQLException {
        String before = setting(connection, "lock_timeout");
        setForTransaction(connection, "lock_timeout", timeout.toMillis() + "ms");
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + function + "(?)")) {
            statement.setLong(1, key);
            statement.executeQuery().close();
        }
        setForTransaction(connection, "lock_timeout", before);
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT current_setting(?)")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private static void setForTransaction(Connection connection, String name, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT set_config(?, ?, true)")) {
            statement.setString(1, name);
            statement.setString(2, value);
            statement.executeQuery().close();
        }
    }

    private static long key(FenceScope scope) {
        String name = scope.election() + '\0' + scope.resource();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every JDK has SHA-256", impossible);
        }
    }
}
