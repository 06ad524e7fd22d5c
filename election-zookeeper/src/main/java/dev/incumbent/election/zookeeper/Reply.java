package dev.incumbent.election.zookeeper;

import java.util.List;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper's answer to one request, or the client's when there was none.
 *
 * @param code the result
 * @param value what was read or made; null unless the code is {@link Code#OK}
 * @param failedOp which operation of a multi failed, -1 if that is not known
 * @param path what the request was about, for messages
 * @param <T> what the request yields
 */
record Reply<T>(Code code, @Nullable T value, int failedOp, String path) {

    static <T> Reply<T> of(int rc, @Nullable T value, String path) {
        return new Reply<>(codeOf(rc), value, -1, path);
    }

    /** A newer server may answer what this client does not know; that says nothing about what became of the request. */
    private static Code codeOf(int rc) {
        try {
            return Code.get(rc);
        } catch (IllegalArgumentException unknown) {
            return Code.SYSTEMERROR;
        }
    }

    /** The operation that made a multi fail is the first with an error of its own. */
    static Reply<List<OpResult>> ofMulti(int rc, @Nullable List<OpResult> results, String path) {
        if (results != null) {
            for (int i = 0; i < results.size(); i++) {
                if (results.get(i) instanceof OpResult.ErrorResult error) {
                    Code code = codeOf(error.getErr());
                    if (code != Code.OK && code != Code.RUNTIMEINCONSISTENCY) {
                        return new Reply<>(code, null, i, path);
                    }
                }
            }
        }
        return of(rc, results, path);
    }

    boolean isOk() {
        return code == Code.OK;
    }

    boolean is(Code other) {
        return code == other;
    }

    boolean failedAt(int op, Code other) {
        return failedOp == op && code == other;
    }

    /** The value of a request that succeeded. */
    T get() {
        if (value == null) {
            throw new IllegalStateException("no value: " + code + " for " + path);
        }
        return value;
    }
}
