package dev.incumbent.election.etcd;

import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The token of the user, got when it is needed and shared by all who wait for it. Touched on the loop only. */
final class Tokens {

    private final Cluster cluster;
    private final @Nullable Credentials credentials;
    private @Nullable String token;
    private boolean off;
    private @Nullable CompletableFuture<Status> renewal;

    Tokens(Cluster cluster, @Nullable Credentials credentials) {
        this.cluster = cluster;
        this.credentials = credentials;
    }

    @Nullable
    String current() {
        return token;
    }

    /** Whether requests can be sent without asking for a token first. */
    boolean isReady() {
        return credentials == null || token != null || off;
    }

    /**
     * The server did not take a token. A late answer says nothing of one that was issued since.
     *
     * @param failed what was sent, null for none
     */
    void forget(@Nullable String failed) {
        if (Objects.equals(token, failed)) {
            token = null;
            off = false;
        }
    }

    /** Gets a token; whoever asks meanwhile gets the same answer. */
    CompletableFuture<Status> renew() {
        Credentials user = credentials;
        if (user == null || token != null) {
            return CompletableFuture.completedFuture(Status.OK);
        }
        CompletableFuture<Status> underWay = renewal;
        if (underWay != null) {
            return underWay;
        }
        CompletableFuture<Status> begun = new CompletableFuture<>();
        renewal = begun;
        AuthenticateRequest request = AuthenticateRequest.newBuilder()
                .setName(user.user())
                .setPassword(user.password())
                .build();
        cluster.readUnauthenticated(Rpc.AUTHENTICATE, request).thenAccept(reply -> {
            renewal = null;
            if (reply.isOk()) {
                token = reply.get().getToken();
            }
            off = EtcdErrors.isAuthOff(reply.status());
            begun.complete(off ? Status.OK : reply.status());
        });
        return begun;
    }
}
