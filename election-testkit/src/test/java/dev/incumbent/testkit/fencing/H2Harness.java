package dev.incumbent.testkit.fencing;

import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.jdbc.Dialect;
import dev.incumbent.fencing.jdbc.JdbcGuard;
import dev.incumbent.fencing.jdbc.MarkTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;

/** Lists as rows of a table in an H2 database in memory, marks in a table beside it. */
final class H2Harness implements MarkGuardHarness<Connection> {

    private final JdbcConnectionPool pool =
            JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final JdbcGuard guard;

    H2Harness(Dialect dialect) throws SQLException {
        pool.setMaxConnections(16);
        guard = JdbcGuard.builder(pool, dialect)
                .table(new MarkTable("contract_marks"))
                .sealTimeout(Duration.ofSeconds(20))
                .writeTimeout(Duration.ofSeconds(20))
                .build();
        guard.createTable();
        execute(
                "CREATE TABLE entries (id BIGINT AUTO_INCREMENT PRIMARY KEY, resource VARCHAR(100), entry VARCHAR(200))");
    }

    @Override
    public FencingGuard<Connection> guard() {
        return guard;
    }

    @Override
    public void append(Connection store, String resource, String entry) throws SQLException {
        try (PreparedStatement insert = store.prepareStatement("INSERT INTO entries (resource, entry) VALUES (?, ?)")) {
            insert.setString(1, resource);
            insert.setString(2, entry);
            insert.executeUpdate();
        }
    }

    @Override
    public List<String> committed(String resource) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("SELECT entry FROM entries WHERE resource = ? ORDER BY id")) {
            select.setString(1, resource);
            List<String> entries = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    entries.add(rows.getString(1));
                }
            }
            return entries;
        }
    }

    @Override
    public void close() throws SQLException {
        execute("SHUTDOWN");
        pool.dispose();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
