package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.AlarmMember;
import dev.incumbent.embedded.etcd.wire.AlarmType;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** What is wrong with one member, in the words of etcd's HTTP endpoints. Nothing here asks who wants to know. Any thread. */
final class Health {

    private static final String LOCAL_READ = "serializable_read";

    private final Backend backend;
    private final Map<String, Supplier<CompletableFuture<String>>> checks = new LinkedHashMap<>();

    Health(Backend backend) {
        this.backend = backend;
        checks.put("data_corruption", () -> failure(backend.readLocal(Health::corruption)));
        checks.put(LOCAL_READ, () -> failure(backend.readLocal(machine -> "")));
        checks.put("linearizable_read", () -> failure(backend.read(machine -> "")));
    }

    private static String corruption(EtcdMachine machine) {
        boolean corrupt = machine.alarms().stream().anyMatch(alarm -> alarm.getAlarm() == AlarmType.CORRUPT);
        return corrupt ? "alarm activated: CORRUPT" : "";
    }

    private static CompletableFuture<String> failure(CompletableFuture<String> read) {
        return read.exceptionally(failure -> text(failure));
    }

    private static String text(Throwable failure) {
        return String.valueOf(Failures.status(failure).getStatus().getDescription());
    }

    /**
     * Why {@code /health} is not to say that all is well.
     *
     * @param excluded alarms that do not count
     * @param serializable whether this member alone is meant, with or without a leader
     * @return empty if there is nothing
     */
    CompletableFuture<String> whatIsWrong(Collection<String> excluded, boolean serializable) {
        return backend.readLocal(machine -> machine.alarms().stream()
                        .map(AlarmMember::getAlarm)
                        .map(AlarmType::name)
                        .filter(alarm -> !excluded.contains(alarm))
                        .map(alarm -> "ALARM " + alarm)
                        .findFirst()
                        .orElse(""))
                .thenCompose(alarm -> alarm.isEmpty() && !serializable ? leader() : done(alarm))
                .exceptionally(failure -> "RANGE ERROR:" + text(failure));
    }

    private CompletableFuture<String> leader() {
        return backend.status().leader().isEmpty() ? done("RAFT NO LEADER") : backend.readAtOnce(machine -> "");
    }

    private static CompletableFuture<String> done(String reason) {
        return CompletableFuture.completedFuture(reason);
    }

    /** The checks behind {@code /livez}: whether the member is worth keeping. */
    Set<String> live() {
        return Set.of(LOCAL_READ);
    }

    /** The checks behind {@code /readyz}: whether it is worth asking. */
    Set<String> ready() {
        return checks.keySet();
    }

    /**
     * Makes checks, one after the other.
     *
     * @param names some of {@link #ready}
     * @return the outcome of each, in the order of the names; empty if all is well
     */
    CompletableFuture<Map<String, String>> check(Collection<String> names) {
        CompletableFuture<Map<String, String>> outcomes = CompletableFuture.completedFuture(new LinkedHashMap<>());
        for (String name : names) {
            Function<Map<String, String>, CompletableFuture<Map<String, String>>> next =
                    before -> outcome(name).thenApply(outcome -> {
                        before.put(name, outcome);
                        return before;
                    });
            outcomes = outcomes.thenCompose(next);
        }
        return outcomes;
    }

    private CompletableFuture<String> outcome(String name) {
        Supplier<CompletableFuture<String>> check = checks.get(name);
        if (check == null) {
            throw new IllegalArgumentException("no check is called " + name);
        }
        return check.get();
    }
}
