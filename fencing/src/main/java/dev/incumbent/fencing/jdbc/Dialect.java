package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.FenceScope;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * What the JDBC guard needs to know of one database: how to lock a scope, and how to tell what happened.
 *
 * <p>The guard itself re-reads the mark, as a statement of its own after the lock, and raises it; a dialect only locks.
 * Its locks have to last until the transaction ends and to be released by its end, whatever ends it. A lock for a seal
 * excludes every other lock of its scope, and must not be overtaken for ever by those that come after it; locks for
 * writes may be shared.
 *
 * <p>Where a database has transaction-scoped advisory locks, these serve both: a row lock that is shared lets later
 * sharers overtake a waiting seal. Names are compared exactly, so the columns must not use a collation that folds case.
 *
 * <p>Connections come with auto-commit off and READ COMMITTED. Implementations are stateless or immutable.
 */
public interface Dialect {

    /** Returns the DDL that creates the mark table unless it exists. */
    default String createSql(MarkTable table) {
        return table.createSql();
    }

    /**
     * Locks the scope against everybody else until the transaction ends, whether or not its mark has a row yet.
     *
     * <p>May create that row, with epoch zero. The connection is the guard's own: settings of the session may be
     * changed if they are restored. This is also the place to make a seal wait fairly.
     *
     * @param timeout how long to wait
     * @throws SQLException if it could not; {@link #isLockTimeout} tells whether it waited in vain
     */
    void lockForSeal(Connection connection, MarkTable table, FenceScope scope, Duration timeout) throws SQLException;

    /**
     * Locks the scope against seals until the transaction ends.
     *
     * <p>The connection may be the caller's: settings may be changed for this transaction only. This is the place to
     * bound how long a writer may idle in mid-transaction, where the database can.
     *
     * @param timeout how long to wait
     * @return false if there is no row to lock, so nobody has sealed and the lock is <em>not</em> held
     * @throws SQLException if it could not; {@link #isLockTimeout} tells whether it waited in vain
     */
    boolean lockForWrite(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
            throws SQLException;

    /**
     * Returns what identifies the open transaction and its lock: equal answers mean that the lock taken by
     * {@link #lockForWrite} has been held throughout. After a commit or rollback the answer differs.
     */
    String transactionId(Connection connection, MarkTable table, FenceScope scope) throws SQLException;

    /** Tells whether the error says that a lock was waited for in vain. */
    boolean isLockTimeout(SQLException error);

    /**
     * Describes, for a person, who holds locks that a seal of the scope waits for: session, user, since when.
     *
     * @return empty if the database cannot tell, or does not tell this user
     */
    Optional<String> blockers(Connection connection, MarkTable table, FenceScope scope) throws SQLException;
}
