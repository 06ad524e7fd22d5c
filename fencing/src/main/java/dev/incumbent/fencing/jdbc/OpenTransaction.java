package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transaction that holds a scope's lock while work runs, and whether the work has ended it. */
final class OpenTransaction {

    private static final Logger log = LoggerFactory.getLogger(OpenTransaction.class);

    private final Connection connection;
    private final Dialect dialect;
    private final MarkTable table;
    private final FenceScope scope;
    private final String id;

    private OpenTransaction(Connection connection, Dialect dialect, MarkTable table, FenceScope scope)
            throws SQLException {
        this.connection = connection;
        this.dialect = dialect;
        this.table = table;
        this.scope = scope;
        this.id = dialect.transactionId(connection, table, scope);
    }

    /** Remembers the transaction that has just taken the scope's lock. */
    static OpenTransaction holdingLock(Connection connection, Dialect dialect, MarkTable table, FenceScope scope)
            throws SQLException {
        return new OpenTransaction(connection, dialect, table, scope);
    }

    static void requireFenceable(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new UnsafeTransactionException("A fenced write needs a transaction: the connection is in auto-commit"
                    + " mode, which would release the lock before the work");
        }
        int isolation = connection.getTransactionIsolation();
        if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
            throw new UnsafeTransactionException(
                    "A fenced write needs READ COMMITTED; the connection is at JDBC's level " + isolation
                            + ", where the mark could be read from before the lock");
        }
    }

    /** Throws, and rolls back what no lock covers, if the work has ended the transaction. */
    void requireNotEnded() {
        boolean ended;
        try {
            ended = rollbackIfEnded();
        } catch (SQLException error) {
            throw new StoreUnavailableException(
                    "Could not make sure that the lock of " + scope + " still holds; roll back", error);
        }
        if (ended) {
            throw endedByWork();
        }
    }

    /** As above, for work that threw: its own exception is the one to report. */
    void noteIfEnded(Throwable thrown) {
        try {
            if (rollbackIfEnded()) {
                thrown.addSuppressed(endedByWork());
            }
        } catch (SQLException unanswered) {
            // A transaction that an error has aborted answers nothing, but is still open and can only be rolled back.
            log.debug("Could not ask whether failed work at {} ended its transaction", scope, unanswered);
        }
    }

    private boolean rollbackIfEnded() throws SQLException {
        boolean ended = !id.equals(dialect.transactionId(connection, table, scope));
        if (ended) {
            connection.rollback();
        }
        return ended;
    }

    private UnsafeTransactionException endedByWork() {
        return new UnsafeTransactionException("Fenced work ended its own transaction, and with it the lock of " + scope
                + "; what it did afterwards was rolled back");
    }
}
