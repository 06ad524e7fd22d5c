package dev.incumbent.benchmarks;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.ClientHealth;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.ElectionConfig;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.consul.ConsulElections;
import dev.incumbent.election.etcd.EtcdElections;
import dev.incumbent.election.spi.ElectionClientBuilder;
import dev.incumbent.election.zookeeper.ZooKeeperElections;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** This project's client with its defaults, but for the session's time to live. */
final class IncumbentRecipe implements Recipe {

    /** Of ensembles whose sessions are to end after seconds. */
    static final Duration QUICK_TICK = Duration.ofMillis(200);

    private final Function<String, ElectionClientBuilder<?>> connect;
    private final Duration leaseTtl;

    private IncumbentRecipe(Function<String, ElectionClientBuilder<?>> connect, Duration leaseTtl) {
        this.connect = connect;
        this.leaseTtl = leaseTtl;
    }

    static IncumbentRecipe zookeeper(Duration leaseTtl) {
        return new IncumbentRecipe(server -> ZooKeeperElections.builder().connectString(server), leaseTtl);
    }

    static IncumbentRecipe etcd(Duration leaseTtl) {
        return new IncumbentRecipe(server -> EtcdElections.builder().endpoints(server), leaseTtl);
    }

    static IncumbentRecipe consul(Duration leaseTtl) {
        return new IncumbentRecipe(
                server -> ConsulElections.builder().endpoints(server).sessionTtlMin(ConsulServers.SHORTEST_TTL),
                leaseTtl);
    }

    /** By the backend's name: {@code zookeeper}, {@code etcd} or {@code consul}. */
    static IncumbentRecipe of(String backend, Duration leaseTtl) {
        return switch (backend) {
            case "zookeeper" ->
                new IncumbentRecipe(
                        server -> ZooKeeperElections.builder()
                                .connectString(server)
                                .tickTime(QUICK_TICK),
                        leaseTtl);
            case "etcd" -> etcd(leaseTtl);
            case "consul" -> consul(leaseTtl);
            default -> throw new IllegalArgumentException("no backend " + backend);
        };
    }

    @Override
    public String name() {
        return "Incumbent";
    }

    @Override
    public Candidate open(String server, int number) {
        ElectionClient client = connect.apply(server)
                .config(ElectionConfig.forTtl(leaseTtl))
                .candidateId("incumbent-" + number)
                .build();
        Patience.until("the session is open", () -> client.health().status() == ClientHealth.Status.UP);
        return new IncumbentCandidate(client);
    }

    private record IncumbentCandidate(ElectionClient client) implements Candidate {

        @Override
        public Standing stand(String election) {
            Moment elected = new Moment();
            Candidacy candidacy = client.election(election)
                    .campaign(CampaignOptions.builder()
                            .listener(new LeadershipListener() {
                                @Override
                                public void elected(Leadership leadership) {
                                    elected.now();
                                }
                            })
                            .build());
            return new IncumbentStanding(candidacy, elected);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static final class IncumbentStanding implements Candidate.Standing {

        private final Candidacy candidacy;
        private final Moment elected;
        private Future<Void> released = new CompletableFuture<>();

        IncumbentStanding(Candidacy candidacy, Moment elected) {
            this.candidacy = candidacy;
            this.elected = elected;
        }

        @Override
        public void awaitQueued() {
            Patience.until("the candidacy is in the queue", () -> {
                CandidacyState state = candidacy.state();
                return state == CandidacyState.WAITING || state == CandidacyState.LEADING;
            });
        }

        @Override
        public Moment elected() {
            return elected;
        }

        @Override
        public void resign() {
            released = candidacy.resign().toCompletableFuture();
        }

        @Override
        public void awaitGone() {
            try {
                released.get(60, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", interrupted);
            } catch (ExecutionException | TimeoutException failure) {
                throw new IllegalStateException("the entry was not released", failure);
            }
        }
    }
}
