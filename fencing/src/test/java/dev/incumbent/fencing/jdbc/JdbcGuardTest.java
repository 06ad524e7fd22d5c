package dev.incumbent.fencing.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedWork;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.Refusal;
import dev.incumbent.fencing.StaleTokenException;
import dev.incumbent.fencing.StoreUnavailableException;
import dev.incumbent.fencing.TokenHolder;
import dev.incumbent.fencing.WriteIndeterminateException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the JDBC guard does beyond the contract: whose transaction it is, and what may go wrong with it. */
class JdbcGuardTest {

    private static final FenceScope SCOPE = new FenceScope("e", "ledger");

    private final JdbcConnectionPool pool =
            JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final JdbcGuard guard = guardOn(pool, new H2Dialect());

    @BeforeEach
    void createTables() throws SQLException {
        guard.createTable();
        guard.createTable();
        try (Connection connection = pool.getConnection()) {
            execute(connection, "CREATE TABLE entries (entry VARCHAR(100))");
        }
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            execute(connection, "SHUTDOWN");
        }
        pool.dispose();
    }

    @Test
    void shouldCommitWithTheCallersTransactionWhenGivenItsConnection() throws SQLException {
        FencedJdbc ledger = FencedJdbc.open(guard, "ledger", holder(1));
        try (Connection connection = transaction()) {
            ledger.write(connection, insert("kept"));
            assertThat(count()).isZero();
            connection.commit();
            ledger.write(connection, insert("dropped"));
            connection.rollback();
        }

        assertThat(count()).isEqualTo(1);
        assertThat(ledger.<Integer, SQLException>read(JdbcGuardTest::countOn)).isEqualTo(1);
    }

    @Test
    void shouldCommitByItselfWhenGivenNoConnection() throws SQLException {
        FencedJdbc ledger = FencedJdbc.open(guard, "ledger", holder(1));

        ledger.write(insert("kept"));

        assertThat(count()).isEqualTo(1);
    }

    @Test
    void shouldRollBackWhenWorkThrows() throws SQLException {
        FencedJdbc ledger = FencedJdbc.open(guard, "ledger", holder(1));

        assertThatThrownBy(() -> ledger.write(connection -> {
                    insert("dropped").apply(connection);
                    throw new IOException("no reply from the bank");
                }))
                .isInstanceOf(IOException.class)
                .hasNoSuppressedExceptions();
        assertThat(count()).isZero();
    }

    @Test
    void shouldRefuseStaleTokenInTheCallersTransaction() throws SQLException {
        FencedJdbc older = FencedJdbc.open(guard, "ledger", holder(1));
        FencedJdbc.open(guard, "ledger", holder(2));

        try (Connection connection = transaction()) {
            assertThatThrownBy(() -> older.write(connection, insert("late"))).isInstanceOf(StaleTokenException.class);
        }
    }

    @Test
    void shouldRefuseWhenConnectionCommitsByItself() throws SQLException {
        guard.seal(SCOPE, token(1));

        try (Connection connection = pool.getConnection()) {
            assertThatThrownBy(() -> guard.admit(connection, SCOPE, token(1), insert("unfenced")))
                    .isInstanceOf(UnsafeTransactionException.class)
                    .hasMessageContaining("auto-commit");
        }
        assertThat(count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Connection.TRANSACTION_READ_UNCOMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE
            })
    void shouldRefuseWhenIsolationIsNotReadCommitted(int isolation) throws SQLException {
        guard.seal(SCOPE, token(1));

        try (Connection connection = transaction()) {
            connection.setTransactionIsolation(isolation);
            assertThatThrownBy(() -> guard.admit(connection, SCOPE, token(1), insert("unfenced")))
                    .isInstanceOf(UnsafeTransactionException.class)
                    .hasMessageContaining("READ COMMITTED");
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
    }

    @Test
    void shouldGiveConnectionBackAsItWasWhenTheDataSourceUsesAnotherIsolation() throws SQLException {
        try (Connection only = transaction()) {
            only.setAutoCommit(true);
            only.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            JdbcGuard borrowing = guardOn(always(unclosable(only)), new H2Dialect());

            borrowing.seal(SCOPE, token(1));
            assertThat(borrowing.admit(SCOPE, token(1), insert("kept"))).isInstanceOf(Admitted.class);

            assertThat(only.getAutoCommit()).isTrue();
            assertThat(only.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            only.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void shouldRefuseToEndTransactionWhenWorkAsksItsConnection() throws SQLException {
        guard.seal(SCOPE, token(1));

        assertEnds(Connection::commit);
        assertEnds(Connection::rollback);
        assertEnds(Connection::close);
        assertEnds(connection -> connection.setAutoCommit(true));
        assertThat(count()).isZero();
    }

    @Test
    void shouldAllowSavepointsOfTheWorkOnly() throws SQLException {
        guard.seal(SCOPE, token(1));
        try (Connection connection = transaction()) {
            Savepoint before = connection.setSavepoint();
            guard.admit(connection, SCOPE, token(1), fenced -> {
                Savepoint own = fenced.setSavepoint();
                insert("dropped").apply(fenced);
                fenced.rollback(own);
                insert("kept").apply(fenced);
                assertThatThrownBy(() -> fenced.rollback(before)).isInstanceOf(UnsafeTransactionException.class);
                return "done";
            });
            connection.commit();
        }
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void shouldFindOutAndRollBackTheRestWhenWorkCommitsBehindTheGuardsBack() throws SQLException {
        guard.seal(SCOPE, token(1));

        assertThatThrownBy(() -> guard.admit(SCOPE, token(1), connection -> {
                    insert("covered by the lock").apply(connection);
                    execute(connection, "COMMIT");
                    guard.seal(SCOPE, token(2));
                    return insert("covered by nothing").apply(connection);
                }))
                .isInstanceOf(UnsafeTransactionException.class)
                .hasMessageContaining("ended its own transaction");
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void shouldFindOutWhenWorkCommitsAndThenThrows() throws SQLException {
        guard.seal(SCOPE, token(1));

        try (Connection connection = transaction()) {
            assertThatThrownBy(() -> guard.admit(connection, SCOPE, token(1), fenced -> {
                        execute(fenced, "COMMIT");
                        insert("covered by nothing").apply(fenced);
                        throw new IOException("late");
                    }))
                    .isInstanceOfSatisfying(IOException.class, late -> assertThat(late.getSuppressed())
                            .hasAtLeastOneElementOfType(UnsafeTransactionException.class));
            connection.commit();
        }
        assertThat(count()).isZero();
    }

    @Test
    void shouldNameTheBlockerAndSealNothingWhenAWriterIsFrozen() throws SQLException {
        guard.seal(SCOPE, token(1));
        JdbcGuard impatient = JdbcGuard.builder(pool, new H2Dialect())
                .sealTimeout(Duration.ofMillis(150))
                .build();
        try (Connection frozen = transaction()) {
            guard.admit(frozen, SCOPE, token(1), insert("in flight"));

            assertThatThrownBy(() -> impatient.seal(SCOPE, token(2)))
                    .isInstanceOfSatisfying(SealTimeoutException.class, timeout -> assertThat(timeout.blockers())
                            .hasValueSatisfying(blockers ->
                                    assertThat(blockers).contains("session").contains("'SA'")))
                    .hasMessageContaining("PT0.15S")
                    .hasMessageContaining("blocked by session");
            frozen.commit();
        }

        assertThat(guard.admit(SCOPE, token(1), insert("still leading"))).isInstanceOf(Admitted.class);
        assertThat(impatient.seal(SCOPE, token(2))).isInstanceOf(Admitted.class);
    }

    @Test
    void shouldRefuseUnlockedWriteWhenSealedBetweenLockAndReading() throws SQLException {
        Dialect sealsAfterLocking = new DelegatingDialect() {
            @Override
            public boolean lockForWrite(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
                    throws SQLException {
                boolean locked = super.lockForWrite(connection, table, scope, timeout);
                guard.seal(scope, token(1));
                return locked;
            }
        };

        assertThat(guardOn(pool, sealsAfterLocking).admit(SCOPE, token(1), insert("unlocked")))
                .isEqualTo(new Refused<>(new Refusal.Unsealed(null)));
    }

    @Test
    void shouldLeaveNoMarkWhenFirstSealIsRefused() {
        FencingToken forged = new FencingToken(token(1).authority(), "e", 100_000_000_000L, 1);

        assertThat(guard.seal(SCOPE, forged)).isInstanceOf(Refused.class);
        assertThat(guard.seal(SCOPE, token(1))).isEqualTo(new Admitted<>(Optional.empty()));
    }

    @Test
    void shouldSayIndeterminateWhenCommitFails() throws SQLException {
        guard.seal(SCOPE, token(1));
        JdbcGuard failing = guardOn(failingOn("commit"), new H2Dialect());

        assertThatThrownBy(() -> failing.admit(SCOPE, token(1), insert("lost")))
                .isInstanceOf(WriteIndeterminateException.class);
        assertThatThrownBy(() -> failing.seal(SCOPE, token(2))).isInstanceOf(WriteIndeterminateException.class);
        assertThat(count()).isZero();
    }

    @Test
    void shouldSayUnavailableWhenDatabaseFailsBeforeTheWork() {
        JdbcGuard failing = guardOn(failingOn("prepareStatement"), new H2Dialect());

        assertThatThrownBy(() -> failing.admit(SCOPE, token(1), insert("never")))
                .isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> failing.seal(SCOPE, token(1))).isInstanceOf(StoreUnavailableException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1marks", "marks; DROP TABLE entries", "a.b.c", "\"marks\"", "marks--", "märks"})
    void shouldRefuseTableNamesThatAreNoPlainIdentifiers(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new MarkTable(name));
    }

    @Test
    void shouldUseAnotherTableWhenToldTo() {
        JdbcGuard other = JdbcGuard.builder(pool, new H2Dialect())
                .table(new MarkTable("PUBLIC.other_marks"))
                .build();
        other.createTable();
        guard.seal(SCOPE, token(2));

        assertThat(other.seal(SCOPE, token(1))).isInstanceOf(Admitted.class);
    }

    @Test
    void shouldRefuseNamesThatTheTableCannotHold() {
        FenceScope tooLong = new FenceScope("e", "r".repeat(256));

        assertThatIllegalArgumentException().isThrownBy(() -> guard.seal(tooLong, token(1)));
    }

    private void assertEnds(Ending ending) {
        assertThatThrownBy(() -> guard.admit(SCOPE, token(1), connection -> {
                    insert("dropped").apply(connection);
                    ending.end(connection);
                    return "unreached";
                }))
                .isInstanceOf(UnsafeTransactionException.class);
    }

    private static JdbcGuard guardOn(DataSource dataSource, Dialect dialect) {
        return JdbcGuard.builder(dataSource, dialect)
                .sealTimeout(Duration.ofSeconds(5))
                .writeTimeout(Duration.ofSeconds(5))
                .build();
    }

    private static FencingToken token(long epoch) {
        return new FencingToken(new UUID(1, 2), "e", 0, epoch);
    }

    private static TokenHolder holder(long epoch) {
        return new TokenHolder() {
            @Override
            public FencingToken token() {
                return JdbcGuardTest.token(epoch);
            }

            @Override
            public boolean isValid() {
                return true;
            }

            @Override
            public void fenced(@Nullable FencingToken highest) {
                // The exception is what these tests look at.
            }
        };
    }

    private static FencedWork<Connection, Integer, SQLException> insert(String entry) {
        return connection -> {
            try (var statement = connection.prepareStatement("INSERT INTO entries VALUES (?)")) {
                statement.setString(1, entry);
                return statement.executeUpdate();
            }
        };
    }

    private Connection transaction() throws SQLException {
        Connection connection = pool.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private int count() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return countOn(connection);
        }
    }

    private static int countOn(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM entries")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private DataSource failingOn(String method) {
        return dataSource(() -> intercepting(pool.getConnection(), method, true));
    }

    private static DataSource always(Connection connection) {
        return dataSource(() -> connection);
    }

    private static Connection unclosable(Connection connection) {
        return intercepting(connection, "close", false);
    }

    /** A connection one of whose methods fails or does nothing. */
    private static Connection intercepting(Connection connection, String intercepted, boolean fails) {
        return (Connection) Proxy.newProxyInstance(
                JdbcGuardTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(intercepted)) {
                        if (fails) {
                            throw new SQLException("connection lost", "08006");
                        }
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException wrapped) {
                        throw wrapped.getTargetException();
                    }
                });
    }

    private static DataSource dataSource(Connections connections) {
        return (DataSource) Proxy.newProxyInstance(
                JdbcGuardTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> connections.next());
    }

    @FunctionalInterface
    private interface Connections {
        Connection next() throws SQLException;
    }

    @FunctionalInterface
    private interface Ending {
        void end(Connection connection) throws SQLException;
    }

    /** H2's dialect, for a test to change one answer of. */
    private abstract static class DelegatingDialect implements Dialect {
        private final Dialect delegate = new H2Dialect();

        @Override
        public void lockForSeal(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
                throws SQLException {
            delegate.lockForSeal(connection, table, scope, timeout);
        }

        @Override
        public boolean lockForWrite(Connection connection, MarkTable table, FenceScope scope, Duration timeout)
                throws SQLException {
            return delegate.lockForWrite(connection, table, scope, timeout);
        }

        @Override
        public String transactionId(Connection connection, MarkTable table, FenceScope scope) throws SQLException {
            return delegate.transactionId(connection, table, scope);
        }

        @Override
        public boolean isLockTimeout(SQLException error) {
            return delegate.isLockTimeout(error);
        }

        @Override
        public Optional<String> blockers(Connection connection, MarkTable table, FenceScope scope) throws SQLException {
            return delegate.blockers(connection, table, scope);
        }
    }
}
