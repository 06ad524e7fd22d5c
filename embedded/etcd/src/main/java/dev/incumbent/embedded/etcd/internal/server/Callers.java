package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.AuthStore;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.Credentials;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.command.Command;
import io.grpc.Context;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Who asks: by token, else by certificate, else nobody. */
final class Callers {

    /** What a call brought along; in the context of its handler. */
    static final Context.Key<Presented> PRESENTED = Context.key("presented");

    private final Backend backend;
    private final TokenSecret secret;
    private final LongSupplier nanos;
    private final long ttlNanos;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    /** What this member last applied; written on the node's thread. */
    private volatile AuthState state = new AuthState(false, 0);

    /**
     * For one member.
     *
     * @param nanos the clock by which tokens age
     */
    Callers(Backend backend, TokenSecret secret, LongSupplier nanos) {
        this.backend = backend;
        this.nanos = nanos;
        this.secret = secret;
        this.ttlNanos = backend.settings().tokenTtl().toNanos();
    }

    /** Node's thread, after each change. */
    void applied(EtcdMachine machine) {
        AuthStore auth = machine.auth();
        if (auth.enabled() != state.enabled() || auth.revision() != state.revision()) {
            if (state.enabled() && !auth.enabled()) {
                sessions.clear();
                secret.forgetBefore(auth.revision());
            }
            state = new AuthState(auth.enabled(), auth.revision());
        }
    }

    /** Who makes the call whose handler runs now; fails with "invalid auth token". */
    CompletableFuture<Caller> current() {
        AuthState known = state;
        if (!known.enabled()) {
            return CompletableFuture.completedFuture(Caller.NOBODY);
        }
        Presented presented = PRESENTED.get();
        if (presented == null || presented.token() == null) {
            String name = presented == null ? null : presented.commonName();
            return CompletableFuture.completedFuture(name == null ? Caller.NOBODY : new Caller(name, known.revision()));
        }
        String token = presented.token();
        Session session = sessions.get(token);
        long now = nanos.getAsLong();
        if (session != null && session.authRevision == known.revision() && now - session.lastUsedNanos < ttlNanos) {
            session.lastUsedNanos = now;
            return CompletableFuture.completedFuture(new Caller(session.user, known.revision()));
        }
        return TokenSecret.parse(token)
                .filter(claim -> now - claim.issuedNanos() < ttlNanos
                        || (session != null && now - session.lastUsedNanos < ttlNanos))
                .map(claim -> verified(claim, token))
                .orElseGet(() -> CompletableFuture.failedFuture(Failures.refusal(EtcdError.INVALID_AUTH_TOKEN)));
    }

    /** A token that this member does not know may be newer than what it has applied. */
    private CompletableFuture<Caller> verified(TokenSecret.Claim claim, String token) {
        return backend.readLocal(machine -> verify(machine.auth(), claim, token))
                .thenCompose(known -> known.isPresent()
                        ? CompletableFuture.completedFuture(known)
                        : backend.read(machine -> verify(machine.auth(), claim, token)))
                .thenApply(known -> known.orElseThrow(() -> Failures.refusal(EtcdError.INVALID_AUTH_TOKEN)));
    }

    private Optional<Caller> verify(AuthStore auth, TokenSecret.Claim read, String token) {
        if (!auth.enabled()) {
            return Optional.of(Caller.NOBODY);
        }
        long now = nanos.getAsLong();
        return Optional.of(read)
                .filter(claim -> auth.credentials(claim.user())
                        .passwordHash()
                        .filter(hash -> secret.genuine(claim, hash))
                        .isPresent())
                .map(claim -> {
                    sessions.values().removeIf(old -> now - old.lastUsedNanos >= ttlNanos);
                    sessions.put(token, new Session(claim.user(), auth.revision(), now));
                    return new Caller(claim.user(), auth.revision());
                });
    }

    /** A token for a user whose password was found right. */
    String issue(String user, Credentials credentials) {
        return secret.issue(
                user, credentials.passwordHash().orElseThrow(), credentials.authRevision(), nanos.getAsLong());
    }

    /** The same caller as of now: one that waited for hours is judged by the rights of today. */
    static Caller refreshed(Caller caller, EtcdMachine machine) {
        return caller.user().isEmpty()
                ? caller
                : new Caller(caller.user(), machine.auth().revision());
    }

    static Command sign(Command.Builder command, Caller caller) {
        return command.setUser(caller.user())
                .setAuthRevision(caller.authRevision())
                .build();
    }

    /**
     * What a call brought along.
     *
     * @param token from its metadata
     * @param commonName from its certificate
     */
    record Presented(@Nullable String token, @Nullable String commonName) {
        @Override
        public String toString() {
            return "Presented[token=" + (token == null ? "none" : "***") + ", commonName=" + commonName + "]";
        }
    }

    private record AuthState(boolean enabled, long revision) {}

    private static final class Session {
        private final String user;
        private final long authRevision;
        private volatile long lastUsedNanos;

        Session(String user, long authRevision, long nowNanos) {
            this.user = user;
            this.authRevision = authRevision;
            this.lastUsedNanos = nowNanos;
        }
    }
}
