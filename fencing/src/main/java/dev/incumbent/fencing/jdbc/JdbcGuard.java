package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedWork;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.MarkRule;
import dev.incumbent.fencing.Refusal;
import dev.incumbent.fencing.StoreUnavailableException;
import dev.incumbent.fencing.WriteIndeterminateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A guard with its marks in a table of the database that holds the data.
 *
 * <p>A seal takes the scope's lock exclusively, then reads the mark, raises it if the token is newer, and commits. A
 * write takes the lock (shared, where the database has that), then reads the mark <em>in a statement of its own</em>,
 * and does the work if the mark equals the token, all in one transaction: a seal waits for the writes in flight and
 * shuts out the rest. One statement that locks and reads would see the mark as it was before the wait, and so would a
 * snapshot older than the lock; hence READ COMMITTED, and nothing else.
 *
 * <p>There are two ways to write. {@link #admit(FenceScope, FencingToken, FencedWork)} takes a connection from the data
 * source, commits if the work returned, and rolls back if it threw. {@link #admit(Connection, FenceScope, FencingToken,
 * FencedWork)} does the work within a transaction that is the caller's to commit. A connection that waits for a seal of
 * its own thread would wait for itself, so do not seal within fenced work.
 *
 * <p>Work must not end the transaction: that releases the lock, and a newer leader may seal before the rest of the work
 * is done. The connection that it is given refuses to; if it does so by other means, that is found out when it returns,
 * the rest is rolled back and {@link UnsafeTransactionException} thrown. What it committed itself was still covered.
 *
 * <h2>Does not guarantee</h2>
 * <ul>
 *   <li>Anything about writers that bypass the guard.
 *   <li>That a seal is quick while an older leader is frozen in mid-transaction: it ends in {@link
 *       SealTimeoutException}, which names the blocker where the database can.
 * </ul>
 */
public final class JdbcGuard implements FencingGuard<Connection> {

    private final DataSource dataSource;
    private final Dialect dialect;
    private final MarkTable table;
    private final Marks marks;
    private final Duration sealTimeout;
    private final Duration writeTimeout;
    private final MarkRule rule;

    private JdbcGuard(Builder builder) {
        dataSource = builder.dataSource;
        dialect = builder.dialect;
        table = builder.table;
        marks = new Marks(builder.table);
        sealTimeout = builder.sealTimeout;
        writeTimeout = builder.writeTimeout;
        rule = builder.rule;
    }

    /**
     * Starts a guard on the database of that data source.
     *
     * @param dataSource gives the connections for seals and for {@link #admit(FenceScope, FencingToken, FencedWork)};
     *     it is not closed
     */
    public static Builder builder(DataSource dataSource, Dialect dialect) {
        return new Builder(dataSource, dialect);
    }

    /**
     * Creates the mark table unless it exists; for those who do not keep it among their migrations.
     *
     * @throws StoreUnavailableException if the database refused
     */
    public void createTable() {
        try (OwnTransaction transaction = OwnTransaction.begin(dataSource)) {
            try (Statement statement = transaction.connection().createStatement()) {
                statement.execute(dialect.createSql(table));
            }
            transaction.commit();
        } catch (SQLException error) {
            throw new StoreUnavailableException("Could not create the mark table " + table.name(), error);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws SealTimeoutException if older leaders' transactions did not end in time
     */
    @Override
    public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
        requireStorable(scope);
        try (OwnTransaction transaction = OwnTransaction.begin(dataSource)) {
            Connection connection = transaction.connection();
            lockForSeal(transaction, scope);
            FencingToken mark = marks.read(connection, scope);
            Optional<Refusal> refusal = rule.seal(scope, mark, token);
            if (refusal.isPresent()) {
                return new Refused<>(refusal.get());
            }
            marks.raise(connection, scope, token);
            commit(transaction, "Sealing " + scope + " with " + token);
            return new Admitted<>(Optional.ofNullable(mark));
        } catch (SQLException error) {
            throw new StoreUnavailableException("Could not seal " + scope, error);
        }
    }

    /** Does the work in a transaction of its own, on a connection of the data source. */
    @Override
    public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
            FenceScope scope, @Nullable FencingToken token, FencedWork<? super Connection, T, X> work) throws X {
        try (OwnTransaction transaction = begin(scope)) {
            Admission<T> admission = admit(transaction.connection(), scope, token, work);
            if (admission instanceof Admitted<T>) {
                commit(transaction, "A write to " + scope + " under " + token);
            }
            return admission;
        }
    }

    /**
     * Does the work within the transaction that is open on the connection, and leaves it to the caller to commit. The
     * lock lasts until then, so what the caller adds to the transaction afterwards is fenced too.
     *
     * <p>After a refusal the transaction is still open, and what it did before is unfenced: roll it back.
     *
     * @throws X what the work threw; the transaction is still open and the caller's
     * @throws UnsafeTransactionException if the connection commits by itself, is not at READ COMMITTED, or the work
     *     ended the transaction
     * @throws StoreUnavailableException if the database failed before the work
     */
    public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
            Connection connection,
            FenceScope scope,
            @Nullable FencingToken token,
            FencedWork<? super Connection, T, X> work)
            throws X {
        requireStorable(scope);
        OpenTransaction transaction;
        try {
            OpenTransaction.requireFenceable(connection);
            Optional<Refusal> refusal = lockAndCheck(connection, scope, token);
            if (refusal.isPresent()) {
                return new Refused<>(refusal.get());
            }
            transaction = OpenTransaction.holdingLock(connection, dialect, table, scope);
        } catch (SQLException error) {
            throw new StoreUnavailableException("Could not check " + token + " at " + scope, error);
        }
        T value;
        try {
            value = work.apply(GuardedConnection.of(connection));
        } catch (Throwable thrown) {
            transaction.noteIfEnded(thrown);
            throw thrown;
        }
        transaction.requireNotEnded();
        return new Admitted<>(value);
    }

    private Optional<Refusal> lockAndCheck(Connection connection, FenceScope scope, @Nullable FencingToken token)
            throws SQLException {
        boolean locked = dialect.lockForWrite(connection, table, scope, writeTimeout);
        // Without a lock, a mark read now could be one that was sealed since, by a seal that this write did not hold
        // up.
        FencingToken mark = locked ? marks.read(connection, scope) : null;
        return rule.access(scope, mark, token);
    }

    /** Returns a door to the same marks that works within the transaction open on the connection. */
    FencingGuard<Connection> within(Connection connection) {
        JdbcGuard outer = this;
        return new FencingGuard<>() {
            @Override
            public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
                return outer.seal(scope, token);
            }

            @Override
            public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
                    FenceScope scope, @Nullable FencingToken token, FencedWork<? super Connection, T, X> work)
                    throws X {
                return outer.admit(connection, scope, token, work);
            }
        };
    }

    private void lockForSeal(OwnTransaction transaction, FenceScope scope) throws SQLException {
        try {
            dialect.lockForSeal(transaction.connection(), table, scope, sealTimeout);
        } catch (SQLException error) {
            if (!dialect.isLockTimeout(error)) {
                throw error;
            }
            throw new SealTimeoutException(scope, sealTimeout, blockers(transaction, scope, error), error);
        }
    }

    /** Asked for after a failure, when some databases answer nothing until the transaction is rolled back. */
    private @Nullable String blockers(OwnTransaction transaction, FenceScope scope, SQLException timeout) {
        try {
            transaction.rollback();
            String blockers =
                    dialect.blockers(transaction.connection(), table, scope).orElse(null);
            transaction.rollback();
            return blockers;
        } catch (SQLException error) {
            timeout.addSuppressed(error);
            return null;
        }
    }

    private OwnTransaction begin(FenceScope scope) {
        try {
            return OwnTransaction.begin(dataSource);
        } catch (SQLException error) {
            throw new StoreUnavailableException("Could not begin a transaction at " + scope, error);
        }
    }

    private static void commit(OwnTransaction transaction, String what) {
        try {
            transaction.commit();
        } catch (SQLException error) {
            throw new WriteIndeterminateException(what + " may or may not have been committed", error);
        }
    }

    private static void requireStorable(FenceScope scope) {
        if (Math.max(scope.election().length(), scope.resource().length()) > MarkTable.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "The mark table holds names of up to " + MarkTable.MAX_NAME_LENGTH + " characters, not " + scope);
        }
    }

    /** Collects a guard's settings; all have defaults. Not for use by several threads. */
    public static final class Builder {

        private final DataSource dataSource;
        private final Dialect dialect;
        private MarkTable table = MarkTable.standard();
        private Duration sealTimeout = Duration.ofSeconds(10);
        private Duration writeTimeout = Duration.ofSeconds(10);
        private MarkRule rule = MarkRule.standard();

        private Builder(DataSource dataSource, Dialect dialect) {
            this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
            this.dialect = Objects.requireNonNull(dialect, "dialect");
        }

        /** Sets the table of the marks; {@code fence_marks} by default. */
        public Builder table(MarkTable table) {
            this.table = Objects.requireNonNull(table, "table");
            return this;
        }

        /** Sets how long a seal waits for the transactions of older leaders; 10 seconds by default. */
        public Builder sealTimeout(Duration timeout) {
            this.sealTimeout = requirePositive(timeout);
            return this;
        }

        /** Sets how long a write waits for a seal in progress, or for its turn; 10 seconds by default. */
        public Builder writeTimeout(Duration timeout) {
            this.writeTimeout = requirePositive(timeout);
            return this;
        }

        /** Sets the rule, for a clock of one's own; the standard rule by default. */
        public Builder rule(MarkRule rule) {
            this.rule = Objects.requireNonNull(rule, "rule");
            return this;
        }

        /** Returns the guard; does not touch the database. */
        public JdbcGuard build() {
            return new JdbcGuard(this);
        }

        private static Duration requirePositive(Duration timeout) {
            if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("A lock timeout is from 1 ms to 2147483647 ms; it was " + timeout);
            }
            return timeout;
        }
    }
}
