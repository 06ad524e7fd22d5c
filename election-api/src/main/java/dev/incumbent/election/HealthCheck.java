package dev.incumbent.election;

/**
 * The candidate's own judgement of whether it is fit to lead.
 *
 * <p>Run periodically on the callback executor, one at a time. False, an exception, or no answer in time counts as
 * unhealthy: a leader then steps down with {@link RevocationCause#UNHEALTHY}, a waiting candidate leaves the queue,
 * and both stand again once the check passes.
 */
@FunctionalInterface
public interface HealthCheck {

    /**
     * Checks.
     *
     * @return true if fit to lead
     * @throws Exception if the check itself fails, which counts as unhealthy
     */
    boolean isHealthy() throws Exception;
}
