package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the leader does by itself: it ends sessions, forgets tombstones, and keeps the catalog. Swept on the timer's thread. */
final class Chores {

    private static final Logger LOG = LoggerFactory.getLogger(Chores.class);

    private final Backend backend;
    private final SessionClocks clocks;
    private final Cluster cluster;

    /** Since when each member has been down; on the node's thread, as all below. */
    private final Map<Integer, Long> downSince = new HashMap<>();

    private long reapAtNanos = System.nanoTime();
    private long reapUpTo;

    /** The last catalog entries that were proposed; not proposed again before they can have been carried out. */
    private long registeredAtNanos = longAgo();

    private long seenTerm;

    Chores(Backend backend, SessionClocks clocks, Cluster cluster) {
        this.backend = backend;
        this.clocks = clocks;
        this.cluster = cluster;
    }

    private static long longAgo() {
        return System.nanoTime() - Long.MAX_VALUE / 2;
    }

    void sweep() {
        sweep(System.nanoTime());
    }

    /** As of an instant. */
    void sweep(long now) {
        if (!backend.status().leads()) {
            return;
        }
        backend.readLocal(machine -> look(machine, now)).whenComplete((commands, failure) -> {
            if (failure == null) {
                commands.forEach(this::propose);
            } else {
                // What it found, if it ran, was not proposed.
                clocks.proposed();
            }
        });
    }

    private List<Command> look(ConsulMachine machine, long now) {
        if (backend.status().term() != seenTerm) {
            seenTerm = backend.status().term();
            // What was seen in an earlier term says nothing of what happened since.
            downSince.clear();
            registeredAtNanos = longAgo();
        }
        List<Command> commands = new ArrayList<>();
        clocks.sweep(machine, now).ifPresent(commands::add);
        reap(machine, now).ifPresent(commands::add);
        if (now - registeredAtNanos > backend.settings().electionTimeout().toNanos()) {
            List<Node> news = news(machine, now);
            news.forEach(node -> commands.add(new Command.RegisterNode(node)));
            if (!news.isEmpty()) {
                registeredAtNanos = now;
            }
        }
        return commands;
    }

    private void propose(Command command) {
        backend.submitAtOnce(command).whenComplete((reply, failure) -> {
            if (failure != null) {
                LOG.debug("Member {} could not do {}; the next leader will", backend.number(), command, failure);
            }
            if (command instanceof Command.ExpireSessions) {
                clocks.proposed();
            }
        });
    }

    /** Tombstones that were there a lifetime ago are forgotten. */
    private Optional<Command> reap(ConsulMachine machine, long now) {
        if (now - reapAtNanos < backend.settings().tombstoneTtl().toNanos()) {
            return Optional.empty();
        }
        long upTo = reapUpTo;
        reapAtNanos = now;
        reapUpTo = machine.youngestTombstone();
        return upTo == 0 ? Optional.empty() : Optional.of(new Command.ReapTombstones(upTo));
    }

    /** Members as they are, where the catalog has them otherwise. */
    private List<Node> news(ConsulMachine machine, long now) {
        List<Node> news = new ArrayList<>();
        for (int number : cluster.numbers()) {
            Node actual = Node.of(cluster.name(number), cluster.id(number), cluster.port(number), passes(number, now));
            if (!machine.node(actual.name()).filter(actual::isTheSameAs).isPresent()) {
                news.add(actual);
            }
        }
        return news;
    }

    private boolean passes(int number, long now) {
        if (cluster.up(number) || backend.settings().nodeFailure().isEmpty()) {
            downSince.remove(number);
            return true;
        }
        long since = downSince.computeIfAbsent(number, first -> now);
        return now - since < backend.settings().nodeFailure().get().toNanos();
    }

    /** Whether all members are registered as they are. On the node's thread. */
    boolean isCatalogComplete(ConsulMachine machine) {
        return cluster.numbers().stream().allMatch(number -> machine.node(cluster.name(number))
                .filter(node -> node.id().equals(cluster.id(number)) && node.port() == cluster.port(number))
                .isPresent());
    }
}
