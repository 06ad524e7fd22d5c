package dev.incumbent.election;

/** Work done while leading. */
@FunctionalInterface
public interface LeaderWork {

    /**
     * Works. The thread is interrupted when the leadership is revoked; return soon then, since the next leader waits for
     * it.
     *
     * @param leadership the term; pass it to fenced resources
     * @throws Exception what {@link LoopPolicy} then answers with
     */
    void lead(Leadership leadership) throws Exception;
}
