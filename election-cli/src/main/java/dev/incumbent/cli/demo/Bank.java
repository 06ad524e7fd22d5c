package dev.incumbent.cli.demo;

import dev.incumbent.fencing.jdbc.H2Dialect;
import dev.incumbent.fencing.jdbc.JdbcGuard;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.tools.Server;

/** The store: an H2 server in this process, in memory, with both accounts. */
final class Bank implements AutoCloseable {

    static final String USER = "demo";

    private final String database;
    private final String password;
    private final JdbcConnectionPool pool;
    private final Server server;

    private Bank(String database, String password, JdbcConnectionPool pool, Server server) {
        this.database = database;
        this.password = password;
        this.pool = pool;
        this.server = server;
    }

    static Bank open() throws SQLException {
        // Read once by H2's classes; without it the server listens on every interface.
        System.setProperty("h2.bindAddress", "127.0.0.1");
        String database = "mem:" + randomName();
        String password = randomName();
        JdbcConnectionPool pool = JdbcConnectionPool.create(
                "jdbc:h2:" + database + ";DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE", USER, password);
        try (Connection connection = pool.getConnection()) {
            for (Account account : Account.values()) {
                account.create(connection);
            }
            JdbcGuard.builder(pool, new H2Dialect()).build().createTable();
            Server server =
                    Server.createTcpServer("-tcpPort", "0", "-tcpDaemon").start();
            return new Bank(database, password, pool, server);
        } catch (SQLException | RuntimeException failure) {
            pool.dispose();
            throw failure;
        }
    }

    private static String randomName() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    String url() {
        return "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/" + database;
    }

    /** Keeps other users of this machine out; handed to the candidates through their environment. */
    String password() {
        return password;
    }

    Account.Totals totals(Account account) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return account.totals(connection);
        }
    }

    @Override
    public void close() throws SQLException {
        server.stop();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        } finally {
            pool.dispose();
        }
    }
}
