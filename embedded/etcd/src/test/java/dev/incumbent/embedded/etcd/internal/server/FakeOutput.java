package dev.incumbent.embedded.etcd.internal.server;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's end of a stream that takes as many messages as it is told to. */
final class FakeOutput<T> extends ServerCallStreamObserver<T> {

    private final List<T> taken = new ArrayList<>();
    private int credit;
    private int requested;
    private Runnable onReady = () -> {};
    private @Nullable Throwable failure;
    private boolean completed;
    private Consumer<T> whenTaken = message -> {};

    /** What is to happen while the server hands over a message. */
    void whenTaken(Consumer<T> action) {
        whenTaken = action;
    }

    void take(int count) {
        boolean wasReady = isReady();
        credit += count;
        if (!wasReady && isReady()) {
            onReady.run();
        }
    }

    List<T> taken() {
        return taken;
    }

    boolean ended() {
        return completed || failure != null;
    }

    @Override
    public void onNext(T message) {
        credit--;
        taken.add(message);
        whenTaken.accept(message);
    }

    @Override
    public boolean isReady() {
        return credit > 0;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
        onReady = handler;
    }

    @Override
    public void onError(Throwable cause) {
        failure = cause;
    }

    @Override
    public void onCompleted() {
        completed = true;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void request(int count) {
        requested += count;
    }

    /** How many messages of the client were asked for. */
    int requested() {
        return requested;
    }

    @Override
    public void setMessageCompression(boolean enable) {}
}
