package dev.incumbent.election.etcd;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A stream in both directions, open until one side ends it. Touched on the loop only. */
final class GrpcStream<Q, R> {

    private final Endpoint endpoint;
    private final ClientCall<Q, R> call;
    private final Consumer<R> onMessage;
    private final Consumer<Status> onClose;
    private @Nullable String token;
    private boolean over;

    GrpcStream(Endpoint endpoint, ClientCall<Q, R> call, Consumer<R> onMessage, Consumer<Status> onClose) {
        this.endpoint = endpoint;
        this.call = call;
        this.onMessage = onMessage;
        this.onClose = onClose;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** The token that it was opened with, and keeps; null for none. */
    @Nullable
    String token() {
        return token;
    }

    void start(Metadata headers, @Nullable String openedWith) {
        token = openedWith;
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(R message) {
                        if (!over) {
                            onMessage.accept(message);
                            call.request(1);
                        }
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        if (!over) {
                            over = true;
                            onClose.accept(status);
                        }
                    }
                },
                headers);
        call.request(1);
    }

    void send(Q message) {
        if (!over) {
            call.sendMessage(message);
        }
    }

    /** Ends it; nothing more is told. */
    void close(String why) {
        if (!over) {
            over = true;
            call.cancel(why, null);
        }
    }
}
