package dev.incumbent.testkit.simulation;

/**
 * What befalls single messages, as probabilities.
 *
 * @param slow a message takes up to two seconds
 * @param drop a request never arrives
 * @param replyLost a request takes effect and its reply never comes
 * @param late a request arrives so late that everybody has given it up
 * @param twice a request takes effect twice
 * @param streamBroken a stream ends at a change, instead of reporting it
 */
record Weather(double slow, double drop, double replyLost, double late, double twice, double streamBroken) {

    static final Weather CALM = new Weather(0, 0, 0, 0, 0, 0);

    static Weather of(Simulation simulation) {
        return new Weather(
                some(simulation, 0.2),
                some(simulation, 0.15),
                some(simulation, 0.15),
                some(simulation, 0.1),
                some(simulation, 0.1),
                some(simulation, 0.2));
    }

    /** Every kind is left out of every other run, so that none hides what another would show. */
    private static double some(Simulation simulation, double most) {
        return simulation.chance(0.5) ? simulation.random().nextDouble() * most : 0;
    }
}
