package dev.incumbent.fencing.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Savepoint;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What work gets for a connection: the transaction is not its to end.
 *
 * <p>Refusing the call is kinder than finding out afterwards, which the guard does as well, since a connection can be
 * unwrapped and a statement can say COMMIT. Savepoints are allowed, but for a rollback to one from before the work, by
 * which databases release the lock.
 */
final class GuardedConnection implements InvocationHandler {

    private static final Set<String> ENDING =
            Set.of("commit", "close", "abort", "setAutoCommit", "setTransactionIsolation");

    private final Connection connection;
    private final Set<Object> savepoints = Collections.newSetFromMap(new IdentityHashMap<>());

    private GuardedConnection(Connection connection) {
        this.connection = connection;
    }

    static Connection of(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                GuardedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new GuardedConnection(connection));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        String name = method.getName();
        if (ENDING.contains(name) || (name.equals("rollback") && !isOwnSavepoint(arguments))) {
            throw new UnsafeTransactionException("Fenced work called " + name + " on its connection; the transaction is"
                    + " the guard's until the work returns, since its end releases the lock");
        }
        try {
            Object result = method.invoke(connection, arguments);
            if (result instanceof Savepoint savepoint) {
                savepoints.add(savepoint);
            }
            return result;
        } catch (InvocationTargetException wrapped) {
            throw wrapped.getCause() == null ? wrapped : wrapped.getCause();
        }
    }

    private boolean isOwnSavepoint(Object @Nullable [] arguments) {
        return arguments != null && arguments.length == 1 && savepoints.contains(arguments[0]);
    }
}
