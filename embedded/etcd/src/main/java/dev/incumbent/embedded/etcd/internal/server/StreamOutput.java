package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes the responses of one stream in the order in which they were given, no faster than the client takes them. Any thread may
 * give; one at a time writes.
 */
final class StreamOutput<T extends MessageLite> {

    private final ServerCallStreamObserver<T> out;
    private final Executor workers;
    private final Runnable drained;
    private final Queue<T> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger work = new AtomicInteger();
    private volatile @Nullable Status end;
    /** For the writer only. */
    private boolean ended;

    /**
     * For a call whose handler runs now.
     *
     * @param drained told, on a worker, whenever everything was written that was given
     */
    StreamOutput(ServerCallStreamObserver<T> out, Executor workers, Runnable drained) {
        this.out = out;
        this.workers = workers;
        this.drained = drained;
        out.setOnReadyHandler(this::wake);
    }

    void give(T response) {
        queue.add(response);
        bytes.addAndGet(response.getSerializedSize());
        wake();
    }

    /** What was given and not yet taken over by the transport, in bytes. */
    long backlog() {
        return bytes.get();
    }

    /** Ends the stream with a failure, whatever was given before. */
    void end(Status status) {
        end = status;
        wake();
    }

    /** Has the writer look again. */
    void wake() {
        if (work.getAndIncrement() == 0) {
            try {
                workers.execute(this::write);
            } catch (RejectedExecutionException closed) {
                queue.clear();
            }
        }
    }

    private void write() {
        int seen = 1;
        do {
            writeOnce();
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private void writeOnce() {
        if (ended) {
            queue.clear();
            return;
        }
        Status status = end;
        if (status != null || out.isCancelled()) {
            ended = true;
            queue.clear();
            finish(status);
            return;
        }
        while (out.isReady()) {
            T next = queue.poll();
            if (next == null) {
                drained.run();
                return;
            }
            bytes.addAndGet(-next.getSerializedSize());
            out.onNext(next);
        }
    }

    private void finish(@Nullable Status status) {
        if (status != null) {
            out.onError(status.asRuntimeException());
        }
    }
}
