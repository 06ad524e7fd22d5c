package dev.incumbent.fencing.jdbc;

import dev.incumbent.fencing.FencingException;

/**
 * The caller's transaction cannot be fenced, or was ended by its own work; a mistake in the program.
 *
 * <p>Refused are auto-commit (check and work would be two transactions) and isolation levels other than READ COMMITTED
 * (the mark would be read from a snapshot older than the lock), as well as work that commits, rolls back or closes: what
 * follows in that work no lock covers.
 */
public final class UnsafeTransactionException extends FencingException {

    private static final long serialVersionUID = 1L;

    UnsafeTransactionException(String message) {
        super(message);
    }
}
