package dev.incumbent.model;

import java.util.Optional;

/**
 * One module under one configuration, and what TLC must find.
 *
 * @param module the TLA+ module
 * @param config the configuration; a mutant is a configuration that switches one rule off
 * @param violated the invariant that a mutant violates; empty if the model holds
 * @param floor the fewest distinct states that make the verdict worth having
 */
record Model(String module, String config, Optional<String> violated, long floor) {

    /** A model that holds, in all of its states. */
    static Model holds(String module, String config, long floor) {
        return new Model(module, config, Optional.empty(), floor);
    }

    /** A mutant, or a claim that something is never reached: both must fail, and by this invariant. */
    static Model fails(String module, String config, String violated) {
        return new Model(module, config, Optional.of(violated), 10);
    }

    @Override
    public String toString() {
        return config + violated.map(invariant -> " violates " + invariant).orElse(" holds");
    }
}
