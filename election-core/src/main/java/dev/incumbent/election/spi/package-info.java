/**
 * The seam between the election logic and a coordinator: implement {@link dev.incumbent.election.spi.Coordinator} and
 * elections run on it.
 *
 * <p>All coordinators share one shape: <em>entries owned by a session, ordered by commit</em>. The core keeps the rules
 * (who may take office, when to stop, what to do with a lost reply) and asks the adapter for facts and single steps. An
 * adapter never retries, never decides, and never turns "I do not know" into yes or no.
 *
 * <p>To write an adapter: read {@link dev.incumbent.election.spi.Coordinator} once from top to bottom, then
 * {@link dev.incumbent.election.spi.Outcome}; extend {@code CoordinatorContractTest} of the testkit; hand the coordinator
 * to {@link dev.incumbent.election.spi.ElectionClients}.
 */
@NullMarked
package dev.incumbent.election.spi;

import org.jspecify.annotations.NullMarked;
