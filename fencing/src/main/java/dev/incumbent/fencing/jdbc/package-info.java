/**
 * Fencing for data in SQL databases: the marks are a table beside the data, checked in the writer's own transaction.
 *
 * <p>{@link dev.incumbent.fencing.jdbc.FencedJdbc} is what an application holds, {@link
 * dev.incumbent.fencing.jdbc.JdbcGuard} the check, and {@link dev.incumbent.fencing.jdbc.Dialect} what differs between
 * databases. Connections may come from any pool.
 */
@NullMarked
package dev.incumbent.fencing.jdbc;

import org.jspecify.annotations.NullMarked;
