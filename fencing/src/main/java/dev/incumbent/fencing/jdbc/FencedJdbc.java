package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedResource;
import dev.incumbent.fencing.FencedWork;
import dev.incumbent.fencing.TokenHolder;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * A leader's handle on data in a database, usable also within transactions that the caller opens and commits.
 *
 * <pre>{@code
 * JdbcGuard guard = JdbcGuard.builder(dataSource, new H2Dialect()).build();
 * try (FencedJdbc ledger = FencedJdbc.open(guard, "ledger", leadership)) {
 *     ledger.write(connection -> settle(connection));          // opens and commits by itself
 *
 *     connection.setAutoCommit(false);                         // within the caller's transaction
 *     ledger.write(connection, fenced -> settle(fenced));
 *     connection.commit();
 * }
 * }</pre>
 *
 * <p>Only what is committed after the write counts: until the caller's commit, the write has not happened, and if the
 * database says that it rolled the transaction back (because the leader froze in it, say), nor has it then.
 */
public final class FencedJdbc extends FencedResource<Connection> {

    private final JdbcGuard guard;

    private FencedJdbc(JdbcGuard guard, FenceScope scope, TokenHolder holder) {
        super(guard, scope, holder);
        this.guard = guard;
    }

    /** Seals the named resource for the holder's election and returns the handle; see {@link FencedResource}. */
    public static FencedJdbc open(JdbcGuard guard, String resource, TokenHolder holder) {
        return open(guard, new FenceScope(holder.token().election(), resource), holder);
    }

    /** Seals a resource of a configured scope and returns the handle; see {@link FencedResource}. */
    public static FencedJdbc open(JdbcGuard guard, FenceScope scope, TokenHolder holder) {
        return new FencedJdbc(guard, scope, holder);
    }

    /**
     * Does the work within the transaction that is open on the connection; the caller commits it.
     *
     * <p>Besides what {@link #write(FencedWork)} throws:
     *
     * @throws X what the work threw; the transaction is still open
     * @throws UnsafeTransactionException if the connection is in auto-commit mode, not at READ COMMITTED, or the work
     *     ended the transaction
     */
    public <T extends @Nullable Object, X extends Exception> T write(
            Connection connection, FencedWork<? super Connection, T, X> work) throws X {
        return accessThrough(guard.within(connection), work);
    }

    /** Reads within the transaction that is open on the connection; checked as a write is. */
    public <T extends @Nullable Object, X extends Exception> T read(
            Connection connection, FencedWork<? super Connection, T, X> work) throws X {
        return accessThrough(guard.within(connection), work);
    }
}
