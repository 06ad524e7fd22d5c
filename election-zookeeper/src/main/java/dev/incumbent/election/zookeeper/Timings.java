package dev.incumbent.election.zookeeper;

import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.ElectionConfigException;
import java.time.Duration;
import java.util.Optional;

/**
 * The relations between a client's timing and the servers' tick that the renewal chain needs.
 *
 * <p>A deadline is one beat old when it is proved: it counts from the send of the beat before. So two intervals, the round
 * trips of the proving beat and the margin must fit into the session timeout, and a beat proves nothing unless it comes a
 * tick after the reply to the one before.
 */
record Timings(ElectionConfig config, Duration tickTime) {

    private static final int LEAST_TICKS = 4;

    /** Least time from a beat's reply to the next: a tick on the slowest clock allowed, and a twentieth for the ping loop. */
    Duration spacing() {
        double factor = 1.05 + config.clockRateError();
        return Duration.ofNanos((long) (tickTime.toNanos() * factor));
    }

    /** Checks what is configured. */
    void check() {
        if (tickTime.isNegative() || tickTime.isZero()) {
            throw new ElectionConfigException("tickTime must be positive, is " + tickTime);
        }
        complaint(config.leaseTtl(), "leaseTtl").ifPresent(why -> {
            throw new ElectionConfigException(why);
        });
    }

    /** What is wrong with a session timeout that was granted; empty if nothing. */
    Optional<String> complaintAbout(Duration granted) {
        return complaint(granted, "the session timeout that ZooKeeper granted");
    }

    private Optional<String> complaint(Duration timeout, String name) {
        if (timeout.compareTo(tickTime.multipliedBy(LEAST_TICKS)) < 0) {
            return Optional.of(
                    name + " must be at least " + LEAST_TICKS + " ticks, else no row of heartbeats can prove that"
                            + " the session lives: it is " + timeout + ", the servers' tickTime is " + tickTime);
        }
        if (config.renewInterval().compareTo(tickTime) < 0) {
            return Optional.of("renewInterval must be at least the servers' tickTime, since a heartbeat proves nothing"
                    + " sooner: it is " + config.renewInterval() + ", tickTime is " + tickTime);
        }
        Duration interval = config.renewInterval().compareTo(spacing()) < 0 ? spacing() : config.renewInterval();
        Duration needed = interval.multipliedBy(2).plus(config.callTimeout()).plus(config.margin());
        Duration usable = Duration.ofNanos((long) (timeout.toNanos() * (1 - config.clockRateError())));
        if (needed.compareTo(usable) >= 0) {
            return Optional.of("2 x renewInterval + callTimeout + margin must be less than " + name
                    + " x (1 - clockRateError), since a heartbeat is confirmed by the one after it: 2 x " + interval
                    + " + "
                    + config.callTimeout() + " + " + config.margin() + " = " + needed + ", but " + timeout
                    + " leaves " + usable);
        }
        return Optional.empty();
    }
}
