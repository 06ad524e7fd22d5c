package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.jspecify.annotations.Nullable;

/** Reads what etcd's clients put into the metadata: {@code token} and {@code hasleader}. */
final class CallInterceptor implements ServerInterceptor {

    /** Whether the call is to end when this member has had no leader for a while. */
    static final Context.Key<Boolean> REQUIRES_LEADER = Context.key("hasleader");

    private static final Metadata.Key<String> TOKEN = key("token");
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
    private static final Metadata.Key<String> HAS_LEADER = key("hasleader");
    private static final String BEARER = "Bearer ";

    private final Backend backend;

    CallInterceptor(Backend backend) {
        this.backend = backend;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        boolean requiresLeader = "true".equals(headers.get(HAS_LEADER));
        if (requiresLeader && backend.status().leader().isEmpty()) {
            call.close(EtcdError.NO_LEADER.status(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current()
                .withValue(REQUIRES_LEADER, requiresLeader)
                .withValue(
                        Callers.PRESENTED,
                        new Callers.Presented(
                                token(headers), call.getAttributes().get(PortNegotiator.COMMON_NAME)));
        return Contexts.interceptCall(context, call, headers, next);
    }

    private static @Nullable String token(Metadata headers) {
        String token = headers.get(TOKEN);
        if (token == null) {
            token = headers.get(AUTHORIZATION);
        }
        return token != null && token.startsWith(BEARER) ? token.substring(BEARER.length()) : token;
    }
}
