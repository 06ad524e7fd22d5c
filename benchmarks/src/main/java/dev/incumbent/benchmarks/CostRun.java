package dev.incumbent.benchmarks;

import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Counts what campaigns and handoffs of one recipe cost the servers. Time plays no part in it. */
final class CostRun {

    /**
     * What an operation cost.
     *
     * @param usual requests and writes
     * @param roundTrips how many times it was waited for a server until office: the campaigner, or the heir after its
     *     notification
     */
    record Bill(Cost.Usual usual, int roundTrips) {}

    private final Settings settings;
    private final EmbeddedZooKeeper zk;

    CostRun(Settings settings, EmbeddedZooKeeper zk) {
        this.settings = settings;
        this.zk = zk;
    }

    /** Opens clients of its own and closes them. */
    Map<String, Bill> run(Recipe recipe) {
        Map<String, Bill> bills = new LinkedHashMap<>();
        int most = settings.waiters().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
        try (CostCounter counter = new CostCounter(zk, recipe, most)) {
            counter.campaign(0, "counted-alone"); // makes the path
            bills.put(
                    LatencyRun.campaignOnExistingPath(recipe),
                    new Bill(
                            repeat(i -> counter.campaign(0, "counted-alone")),
                            counter.roundTripsOfCampaign(0, "counted-alone")));
            bills.put(
                    recipe.name() + " campaign, existing path, this client's first there",
                    new Bill(
                            repeat(i -> counter.campaign(1, madeByAnother(counter, "counted-known-" + i))),
                            counter.roundTripsOfCampaign(1, madeByAnother(counter, "counted-known"))));
            bills.put(
                    LatencyRun.campaignOnNewPath(recipe),
                    new Bill(
                            repeat(i -> counter.campaign(0, "counted-new-" + i)),
                            counter.roundTripsOfCampaign(0, "counted-new")));
            for (int waiters : settings.waiters()) {
                HandoffQueue queue = new HandoffQueue("counted-queue-of-" + waiters, counter.candidates(waiters + 1));
                counter.handOff(queue); // only the first heir entered when nobody but the leader was ahead
                Cost.Usual usual = repeat(i -> counter.handOff(queue));
                bills.put(LatencyRun.handoff(recipe, waiters), new Bill(usual, counter.roundTripsOfHeir(queue)));
                queue.dissolve();
            }
        }
        return bills;
    }

    /** Another client than the one to be counted makes the path. */
    private static String madeByAnother(CostCounter counter, String election) {
        counter.campaign(0, election);
        return election;
    }

    private Cost.Usual repeat(IntFunction<Cost> once) {
        List<Cost> costs = new ArrayList<>();
        for (int i = 0; i < settings.countSamples(); i++) {
            costs.add(once.apply(i));
        }
        return Cost.usual(costs);
    }
}
