package dev.incumbent.cli.demo;

import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedWork;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A guard that can make one writer wait at the worst place: after the handle has found its leadership valid, and before
 * the store is asked.
 *
 * <p>No more than a long garbage collection or a suspended machine does at a time of its own choosing.
 */
final class HoldingGuard implements FencingGuard<Connection> {

    private final FencingGuard<Connection> guard;
    private final AtomicReference<@Nullable Runnable> hold = new AtomicReference<>();
    private final Semaphore released = new Semaphore(0);

    HoldingGuard(FencingGuard<Connection> guard) {
        this.guard = guard;
    }

    /** Makes the next access wait for {@link #release()}; the announcement is run when it begins to. */
    void holdNext(Runnable announcement) {
        hold.set(announcement);
    }

    void release() {
        released.release();
    }

    @Override
    public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
        return guard.seal(scope, token);
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
            FenceScope scope, @Nullable FencingToken token, FencedWork<? super Connection, T, X> work) throws X {
        Runnable announcement = hold.getAndSet(null);
        if (announcement != null) {
            announcement.run();
            // The end of the leadership interrupts the thread, and that must not spare the store the late write.
            released.acquireUninterruptibly();
        }
        return guard.admit(scope, token, work);
    }
}
