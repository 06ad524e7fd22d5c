package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Generation;
import dev.incumbent.election.Stamp;
import dev.incumbent.election.spi.Renewal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A ZooKeeper session that the core uses, with the attempts made in it. */
final class OpenSession {

    /** One attempt to enter, from before its request is sent until its entry is known to be gone. */
    static final class Attempt {
        private final String election;
        private final Generation generation;
        private volatile boolean payload;

        Attempt(String election, Generation generation, boolean payload) {
            this.election = election;
            this.generation = generation;
            this.payload = payload;
        }

        String election() {
            return election;
        }

        Generation generation() {
            return generation;
        }

        /** Whether a payload node may exist. */
        boolean hasPayload() {
            return payload;
        }

        void payloadMade() {
            payload = true;
        }
    }

    private final SessionId id;
    private final Handle handle;
    private volatile SessionSignals signals;
    private final RenewalChain chain;
    private final Map<UUID, Attempt> attempts = new ConcurrentHashMap<>();
    private final AtomicBoolean beating = new AtomicBoolean();
    private Generation told;
    private volatile boolean reachable = true;
    private volatile boolean over;

    OpenSession(SessionId id, Handle handle, SessionSignals signals, RenewalChain chain, Generation generation) {
        this.id = id;
        this.told = generation;
        this.handle = handle;
        this.signals = signals;
        this.chain = chain;
    }

    SessionId id() {
        return id;
    }

    Handle handle() {
        return handle;
    }

    SessionSignals signals() {
        return signals;
    }

    /** Replaces who is told. */
    void signals(SessionSignals audience) {
        signals = audience;
    }

    Map<UUID, Attempt> attempts() {
        return attempts;
    }

    RenewalChain chain() {
        return chain;
    }

    /** What is proved of the session's life; null while nothing is. */
    @Nullable
    Renewal renewal() {
        Stamp proven = chain.proven();
        return proven == null ? null : new Renewal(proven, handle.timeout());
    }

    /** Tells of a generation unless it is the one that was told last. Within the handle's gate. */
    void tell(Generation generation) {
        if (!over && !generation.equals(told)) {
            told = generation;
            signals.generation(generation);
        }
    }

    boolean beginBeat() {
        return beating.compareAndSet(false, true);
    }

    void endBeat() {
        beating.set(false);
    }

    boolean isReachable() {
        return reachable;
    }

    void reachable(boolean now) {
        reachable = now;
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }
}
