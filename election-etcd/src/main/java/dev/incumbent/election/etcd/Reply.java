package dev.incumbent.election.etcd;

import io.grpc.Status;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended.
 *
 * @param value the answer, null unless the status is OK
 * @param status what gRPC said
 * @param sent whether the request may have left this process
 */
record Reply<T>(@Nullable T value, Status status, boolean sent) {

    static <T> Reply<T> of(T value) {
        return new Reply<>(value, Status.OK, true);
    }

    static <T> Reply<T> failed(Status status, boolean sent) {
        return new Reply<>(null, status, sent);
    }

    boolean isOk() {
        return status.isOk();
    }

    T get() {
        return Objects.requireNonNull(value, "the call failed");
    }

    /** Carries a failure over to another type of answer. */
    <S> Reply<S> recast() {
        return new Reply<>(null, status, sent);
    }
}
