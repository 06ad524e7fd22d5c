package dev.incumbent.model;

import static dev.incumbent.model.Model.fails;
import static dev.incumbent.model.Model.holds;

import java.util.List;

/** The models, mutants and claims to be refuted; {@code README.md} tells what each is about. */
final class Models {

    /** What every build checks. */
    static final List<Model> QUICK = List.of(
            holds("Lease", "Lease", 4_000),
            holds("Lease", "Lease-stream", 2_500),
            holds("Lease", "Lease-kth-unordered", 3_000),
            fails("Lease", "Lease-receipt", "Contained"),
            fails("Lease", "Lease-newest-send", "Contained"),
            fails("Lease", "Lease-no-rate-error", "Contained"),
            fails("Lease", "Lease-reachable", "NeverProlonged"),
            holds("ZkChain", "ZkChain", 17_000),
            holds("ZkChain", "ZkChain-base-a", 45_000),
            holds("ZkChain", "ZkChain-kept-chain", 95_000),
            fails("ZkChain", "ZkChain-one-heartbeat", "Contained"),
            fails("ZkChain", "ZkChain-two-heartbeats", "Contained"),
            fails("ZkChain", "ZkChain-short-spacing", "Contained"),
            fails("ZkChain", "ZkChain-stalled-pings", "Contained"),
            fails("ZkChain", "ZkChain-connect-reply", "Contained"),
            fails("ZkChain", "ZkChain-lost-touch", "Contained"),
            fails("ZkChain", "ZkChain-expiry-race", "Contained"),
            fails("ZkChain", "ZkChain-reachable", "NeverProven"),
            holds("Queue", "Queue", 140_000),
            holds("Queue", "Queue-own-keys", 100_000),
            fails("Queue", "Queue-adopt-ended", "TokensIncrease"),
            fails("Queue", "Queue-blind-retry-token", "TokensIncrease"),
            fails("Queue", "Queue-blind-retry-ghost", "NoGhost"),
            fails("Queue", "Queue-absence-is-proof", "NoGhost"),
            fails("Queue", "Queue-release-undrained", "OneWorker"),
            fails("Queue", "Queue-delete-unguarded", "NoPhantom"),
            fails("Queue", "Queue-reachable", "NeverSucceeded"),
            holds("OrphanBounds", "Orphan", 13_000),
            holds("OrphanBounds", "Orphan-first", 13_000),
            fails("OrphanBounds", "Orphan-first-own-entry", "OneBelieves"),
            fails("OrphanBounds", "Orphan-delete", "OneBelieves"),
            fails("OrphanBounds", "Orphan-no-wait", "OneBelieves"),
            fails("OrphanBounds", "Orphan-own-ttl", "OneBelieves"),
            fails("OrphanBounds", "Orphan-wait-from-entry", "OneBelieves"),
            fails("OrphanBounds", "Orphan-reachable", "NeverSucceeded"),
            holds("Generation", "Generation", 50_000),
            holds("Generation", "Generation-stepwise", 80_000),
            holds("Generation", "Generation-stepwise-unrestored", 3_800),
            fails("Generation", "Generation-keep", "TokensIncrease"),
            fails("Generation", "Generation-no-compare", "TokensIncrease"),
            fails("Generation", "Generation-restore-without-raise", "TokensIncrease"),
            fails("Generation", "Generation-restored-counter", "TokensIncrease"),
            fails("Generation", "Generation-stepwise-no-follow", "TokensIncrease"),
            fails("Generation", "Generation-stepwise-apart", "TokensIncrease"),
            fails("Generation", "Generation-reachable", "NeverAfterRestore"),
            holds("Guard", "Guard", 3_500),
            fails("Guard", "Guard-no-seal", "NoLostUpdate"),
            fails("Guard", "Guard-equal-refused", "NoneRefusedInOffice"),
            fails("Guard", "Guard-check-then-act", "NoStaleWrite"),
            fails("Guard", "Guard-check-then-act-loses", "NoLostUpdate"),
            fails("Guard", "Guard-reachable", "NeverFenced"));

    /** Larger bounds, and what tells more about a rule than whether it holds. */
    static final List<Model> LARGE = List.of(
            holds("Lease", "Lease-large", 700_000),
            holds("ZkChain", "ZkChain-reconnect", 85_000),
            holds("ZkChain", "ZkChain-large", 650_000),
            holds("ZkChain", "ZkChain-large-lost-touch", 900_000),
            fails("ZkChain", "ZkChain-large-equal-spacing", "Contained"),
            holds("Queue", "Queue-large", 180_000),
            holds("Queue", "Queue-three", 95_000),
            holds("OrphanBounds", "Orphan-large", 160_000),
            holds("OrphanBounds", "Orphan-first-large", 180_000),
            fails("OrphanBounds", "Orphan-wait-reused", "OneBelieves"),
            holds("Generation", "Generation-large", 200_000),
            holds("Generation", "Generation-stepwise-large", 350_000),
            holds("Generation", "Generation-keep-together", 80_000),
            holds("Generation", "Generation-no-compare-together", 95_000),
            holds("Generation", "Generation-leaders-first-together", 78_000),
            fails("Generation", "Generation-keep-apart", "TokensIncrease"),
            fails("Generation", "Generation-leaders-first", "TokensIncrease"),
            holds("ZkChain", "ZkChain-connect-reply-stable", 38_000),
            holds("Generation", "Generation-atomic-no-follow", 50_000),
            holds("Guard", "Guard-large", 650_000));

    private Models() {}
}
