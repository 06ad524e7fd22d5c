package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencingToken;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements on the mark table that every database understands; each is one statement and takes no lock to wait. */
final class Marks {

    private final String readSql;
    private final String raiseSql;
    private final String insertSql;

    Marks(MarkTable table) {
        readSql = "SELECT authority, generation, epoch FROM " + table.name() + " WHERE election = ? AND resource = ?";
        raiseSql = "UPDATE " + table.name() + " SET authority = ?, generation = ?, epoch = ?,"
                + " sealed_at = CURRENT_TIMESTAMP WHERE election = ? AND resource = ?";
        insertSql = "INSERT INTO " + table.name() + " (authority, generation, epoch, election, resource)"
                + " VALUES (?, ?, ?, ?, ?)";
    }

    /** Returns the scope's mark as this statement sees it, or null if nobody has sealed it. */
    @Nullable
    FencingToken read(Connection connection, FenceScope scope) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(readSql)) {
            statement.setString(1, scope.election());
            statement.setString(2, scope.resource());
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next() || rows.getLong("epoch") == 0) {
                    return null;
                }
                return new FencingToken(
                        UUID.fromString(rows.getString("authority")),
                        scope.election(),
                        rows.getLong("generation"),
                        rows.getLong("epoch"));
            }
        }
    }

    /** Makes the token the scope's mark; the caller holds the scope's exclusive lock and has compared. */
    void raise(Connection connection, FenceScope scope, FencingToken token) throws SQLException {
        if (change(connection, raiseSql, scope, token) == 0) {
            change(connection, insertSql, scope, token);
        }
    }

    private static int change(Connection connection, String sql, FenceScope scope, FencingToken token)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, token.authority().toString());
            statement.setLong(2, token.generation());
            statement.setLong(3, token.epoch());
            statement.setString(4, scope.election());
            statement.setString(5, scope.resource());
            return statement.executeUpdate();
        }
    }
}
