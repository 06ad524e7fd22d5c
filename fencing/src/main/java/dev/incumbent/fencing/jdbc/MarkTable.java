package dev.incumbent.fencing.jdbc;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name of the table that holds the marks; it has to be in the database, and under the transactions, of the data.
 *
 * <p>Its columns are {@code election}, {@code resource} (the key), {@code authority}, {@code generation}, {@code epoch}
 * and {@code sealed_at}. A row of epoch zero is a place made for a mark that nobody has sealed yet.
 *
 * @param name a plain SQL identifier of at most 63 characters, optionally with that of its schema in front; it is put
 *     into statements as it is, unquoted
 */
public record MarkTable(String name) {

    /** The greatest length of an election's and of a resource's name, in characters. */
    public static final int MAX_NAME_LENGTH = 255;

    private static final Pattern IDENTIFIER =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?");

    /** Checks the name; throws {@link IllegalArgumentException} if it is no plain identifier. */
    public MarkTable {
        Objects.requireNonNull(name, "name");
        if (!IDENTIFIER.matcher(name).matches()) {
            throw new IllegalArgumentException("A mark table's name is a plain SQL identifier (letters, digits and _,"
                    + " with at most one schema in front); it was '" + name + "'");
        }
    }

    /** Returns the table's usual name, {@code fence_marks}. */
    public static MarkTable standard() {
        return new MarkTable("fence_marks");
    }

    /** Returns the DDL that creates the table unless it exists, in the SQL that H2 and PostgreSQL share. */
    public String createSql() {
        return """
                CREATE TABLE IF NOT EXISTS %s (
                    election VARCHAR(%2$d) NOT NULL,
                    resource VARCHAR(%2$d) NOT NULL,
                    authority VARCHAR(36) NOT NULL,
                    generation BIGINT NOT NULL,
                    epoch BIGINT NOT NULL,
                    sealed_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
                    PRIMARY KEY (election, resource)
                )""".formatted(name, MAX_NAME_LENGTH);
    }
}
