/**
 * Finds and starts the real coordinators of this machine, for tests that hold ours against them.
 *
 * <p>{@link dev.incumbent.realservers.RealEtcd} says what is installed, {@link dev.incumbent.realservers.RealEtcdCluster}
 * runs it, {@link dev.incumbent.realservers.Etcdctl} runs its client; {@link dev.incumbent.realservers.RealConsul},
 * {@link dev.incumbent.realservers.RealConsulCluster} and {@link dev.incumbent.realservers.ConsulCommand} do the same for
 * Consul. Nothing is downloaded and nothing is required: where a server is missing,
 * {@link dev.incumbent.realservers.RealEtcd#why()} is the reason of a visible skip.
 */
@NullMarked
package dev.incumbent.realservers;

import org.jspecify.annotations.NullMarked;
