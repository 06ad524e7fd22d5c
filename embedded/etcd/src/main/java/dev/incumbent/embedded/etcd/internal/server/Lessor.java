package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.LeaseInfo;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.ExpireLeases;
import dev.incumbent.embedded.etcd.wire.command.ExpiredLease;
import dev.incumbent.embedded.raft.RaftNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The clocks of leases. They run on the leader only; everything here happens on its node's thread.
 *
 * <p>Why a lease that was renewed does not expire before its time:
 * <ul>
 *   <li>A renewal is counted only inside a read that a majority confirmed after the request came in. So whoever leads later
 *       was elected after the request, and gives each lease its whole time, and more, from then on.
 *   <li>On one leader a lease that is over is never renewed: renewal and expiry look at the same deadline on one thread. Once
 *       over it stays over, until the log says that it is gone.
 *   <li>An expiry is worth something only in the term it was decided in. What a deposed leader had still under way, and what
 *       travelled from it to its successor, is passed over (etcd issue 15247 is what happens without this).
 * </ul>
 */
final class Lessor {

    private final long extensionNanos;
    private final Map<Long, Clock> clocks = new HashMap<>();

    /** The term that {@link #clocks} belong to. */
    private long term;

    private boolean leading;

    /** Whether the leases that were there when the term began have been given their time. */
    private boolean promoted;

    /** Cleared on any thread: a node that is paused may never come round to it, and nothing would expire any more. */
    private volatile boolean proposing;

    /** {@link EtcdMachine#leaseChanges} when stock was taken. */
    private long seenChanges = -1;

    Lessor(ServerSettings settings) {
        this.extensionNanos = settings.electionTimeout().toNanos();
    }

    /**
     * The node's part changed. A leader that loses sight of its majority and finds it again within one term goes on with its
     * clocks: what was over stays over, since an expiry of this term may still be under way.
     */
    void changed(RaftNode.Status status) {
        if (status.term() != term) {
            begin(status.term());
        }
        leading = status.leads();
    }

    /** The node is down. */
    void stopped() {
        begin(0);
        leading = false;
    }

    private void begin(long newTerm) {
        term = newTerm;
        promoted = false;
        proposing = false;
        clocks.clear();
        seenChanges = -1;
    }

    boolean leads() {
        return leading;
    }

    /** What came of a renewal. */
    sealed interface Renewal {

        /** The lease has this many seconds from now. */
        record Renewed(long ttlSeconds) implements Renewal {}

        /** There is no such lease. */
        record Unknown() implements Renewal {}

        /** It is over, but not yet gone: what becomes of it is to be awaited. */
        record Ending() implements Renewal {}

        /** Another member leads. */
        record NotLeader() implements Renewal {}
    }

    /** Gives a lease its time anew; only inside a confirmed read. */
    Renewal renew(EtcdMachine machine, long id, long now) {
        if (!leads()) {
            return new Renewal.NotLeader();
        }
        promote(machine, now);
        Optional<LeaseInfo> lease = machine.lease(id);
        if (lease.isEmpty()) {
            return new Renewal.Unknown();
        }
        Clock clock = clock(lease.get(), now);
        if (clock.endsNanos - now <= 0) {
            return new Renewal.Ending();
        }
        clock.endsNanos = now + TimeUnit.SECONDS.toNanos(lease.get().ttlSeconds());
        return new Renewal.Renewed(lease.get().ttlSeconds());
    }

    /** How long a lease has, in nanoseconds; not negative. Empty if this member does not lead, or the lease does not exist. */
    OptionalLong remaining(EtcdMachine machine, long id, long now) {
        if (!leads()) {
            return OptionalLong.empty();
        }
        promote(machine, now);
        return machine.lease(id)
                .map(lease -> OptionalLong.of(Math.max(0, clock(lease, now).endsNanos - now)))
                .orElse(OptionalLong.empty());
    }

    /** Ends a lease's time now, and says whether it is for this member to do so. */
    boolean cutShort(EtcdMachine machine, long id, long now) {
        if (leads()) {
            promote(machine, now);
            machine.lease(id).ifPresent(lease -> clock(lease, now).endsNanos = now);
        }
        return leads();
    }

    /**
     * Looks for leases that are over.
     *
     * @return what to propose, and to report with {@link #proposed}; empty if there is nothing, or if an earlier one is still
     *     under way
     */
    Optional<Command> sweep(EtcdMachine machine, long now) {
        if (!leads() || proposing) {
            return Optional.empty();
        }
        promote(machine, now);
        if (machine.leaseChanges() != seenChanges) {
            seenChanges = machine.leaseChanges();
            takeStock(machine, now);
        }
        ExpireLeases.Builder over = ExpireLeases.newBuilder().setTerm(term);
        clocks.forEach((id, clock) -> {
            if (clock.endsNanos - now <= 0) {
                over.addLeases(ExpiredLease.newBuilder().setId(id).setGrantedIndex(clock.grantedIndex));
            }
        });
        if (over.getLeasesCount() == 0) {
            return Optional.empty();
        }
        proposing = true;
        return Optional.of(Command.newBuilder().setExpireLeases(over).build());
    }

    /** Begins the clocks of leases that are new, and forgets those of leases that are gone. */
    private void takeStock(EtcdMachine machine, long now) {
        Map<Long, Clock> known = new HashMap<>(clocks);
        clocks.clear();
        for (LeaseInfo lease : machine.leases()) {
            Clock clock = known.get(lease.id());
            if (clock != null && clock.grantedIndex == lease.grantedIndex()) {
                clocks.put(lease.id(), clock);
            } else {
                begin(lease, now);
            }
        }
    }

    /** Any thread: what {@link #sweep} gave was carried out or has failed; leases that are still there are proposed again. */
    void proposed() {
        proposing = false;
    }

    /** When a term begins nobody knows how long ago a lease was renewed: each gets its whole time, and an election more. */
    private void promote(EtcdMachine machine, long now) {
        if (!promoted) {
            promoted = true;
            for (LeaseInfo lease : machine.leases()) {
                begin(lease, now).endsNanos += extensionNanos;
            }
        }
    }

    private Clock clock(LeaseInfo lease, long now) {
        Clock clock = clocks.get(lease.id());
        return clock == null || clock.grantedIndex != lease.grantedIndex() ? begin(lease, now) : clock;
    }

    private Clock begin(LeaseInfo lease, long now) {
        Clock clock = new Clock(lease.grantedIndex(), now + TimeUnit.SECONDS.toNanos(lease.ttlSeconds()));
        clocks.put(lease.id(), clock);
        return clock;
    }

    private static final class Clock {
        private final long grantedIndex;
        private long endsNanos;

        Clock(long grantedIndex, long endsNanos) {
            this.grantedIndex = grantedIndex;
            this.endsNanos = endsNanos;
        }
    }
}
