package dev.incumbent.election.consul;

import org.jspecify.annotations.Nullable;

/**
 * How a request ended.
 *
 * @param value the answer; null also where Consul answers that there is nothing
 * @param index {@code X-Consul-Index}, 0 where there was none
 * @param trouble null if it was answered
 */
record Reply<T>(@Nullable T value, long index, @Nullable Trouble trouble) {

    static <T> Reply<T> failed(Trouble trouble) {
        return new Reply<>(null, 0, trouble);
    }

    boolean isOk() {
        return trouble == null;
    }

    T get() {
        T answer = value;
        if (answer == null) {
            throw new IllegalStateException("there is no answer: " + trouble);
        }
        return answer;
    }

    /** What went wrong. */
    Trouble why() {
        Trouble reason = trouble;
        return reason != null ? reason : Trouble.unanswered("an answer without content", true);
    }
}
