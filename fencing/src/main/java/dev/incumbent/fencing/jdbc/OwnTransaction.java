package dev.incumbent.fencing.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A transaction on a connection of its own, rolled back unless committed; gives a pool its connection back as it was. */
final class OwnTransaction implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OwnTransaction.class);

    private final Connection connection;
    private final boolean autoCommitBefore;
    private final int isolationBefore;
    private boolean ended;

    private OwnTransaction(Connection connection) throws SQLException {
        this.connection = connection;
        this.autoCommitBefore = connection.getAutoCommit();
        this.isolationBefore = connection.getTransactionIsolation();
    }

    static OwnTransaction begin(DataSource dataSource) throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            OwnTransaction transaction = new OwnTransaction(connection);
            connection.setAutoCommit(false);
            if (transaction.isolationBefore != Connection.TRANSACTION_READ_COMMITTED) {
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
            return transaction;
        } catch (SQLException | RuntimeException error) {
            try {
                connection.close();
            } catch (SQLException closing) {
                error.addSuppressed(closing);
            }
            throw error;
        }
    }

    Connection connection() {
        return connection;
    }

    void commit() throws SQLException {
        connection.commit();
        ended = true;
    }

    void rollback() throws SQLException {
        connection.rollback();
        ended = true;
    }

    /**
     * Rolls back first, since switching auto-commit on would commit what is open. Never throws: what matters has been
     * decided by then.
     */
    @Override
    public void close() {
        try (Connection closing = connection) {
            if (!ended) {
                closing.rollback();
            }
            closing.setAutoCommit(autoCommitBefore);
            if (isolationBefore != Connection.TRANSACTION_READ_COMMITTED) {
                closing.setTransactionIsolation(isolationBefore);
            }
        } catch (SQLException error) {
            log.warn("Could not give a connection back as it was", error);
        }
    }
}
