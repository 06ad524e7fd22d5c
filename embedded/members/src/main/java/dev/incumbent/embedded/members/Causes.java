package dev.incumbent.embedded.members;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What lies behind a failed stage. */
public final class Causes {

    private Causes() {}

    /**
     * Takes off what stages wrap failures in.
     *
     * @param failure as a stage told it
     * @return what was thrown first
     */
    public static Throwable of(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException || cause instanceof ExecutionException) {
            Throwable inner = cause.getCause();
            if (inner == null) {
                break;
            }
            cause = inner;
        }
        return cause;
    }
}
