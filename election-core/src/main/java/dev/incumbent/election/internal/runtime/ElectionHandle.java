package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Candidacy;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Election;
import dev.incumbent.election.ElectionException;
import dev.incumbent.election.ElectionObserver;
import dev.incumbent.election.LeaderLoop;
import dev.incumbent.election.LeaderWork;
import dev.incumbent.election.LoopPolicy;
import dev.incumbent.election.Observation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** An election of one client. */
final class ElectionHandle implements Election {

    private static final int MAX_NAME = 200;

    private final CoordinatedClient client;
    private final String name;

    ElectionHandle(CoordinatedClient client, String name) {
        this.client = client;
        this.name = name;
    }

    static String checkedName(String name) {
        if (name.isBlank() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("An election name has 1 to " + MAX_NAME
                    + " characters, none of them a control character, and is not blank; this one has " + name.length());
        }
        return name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Candidacy campaign(CampaignOptions options) {
        return client.campaign(name, options, null);
    }

    @Override
    public Optional<Candidacy> campaignFor(Duration timeout, CampaignOptions options) throws InterruptedException {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("campaignFor needs more than zero time, got " + timeout);
        }
        Candidacy candidacy = campaign(options);
        boolean won = false;
        try {
            won = candidacy.awaitLeadership(timeout).isPresent();
            return won ? Optional.of(candidacy) : Optional.empty();
        } finally {
            if (!won) {
                candidacy.close();
            }
        }
    }

    @Override
    public LeaderLoop whileLeading(LeaderWork work, LoopPolicy policy, CampaignOptions options) {
        return LoopRunner.start(client, name, work, policy, options);
    }

    @Override
    public Observation observe(ElectionObserver observer) {
        client.requireOpen();
        return client.observed(name).add(observer);
    }

    @Override
    public CompletionStage<List<CandidateInfo>> candidatesAsync() {
        return new RetryingRead<>(
                        client, "Listing " + name, () -> client.coordinator().list(name))
                .start();
    }

    @Override
    public CompletionStage<Optional<CandidateInfo>> leaderAsync() {
        return candidatesAsync().thenApply(queue -> queue.stream().findFirst());
    }

    @Override
    public Optional<CandidateInfo> leader() throws InterruptedException {
        return get(leaderAsync());
    }

    @Override
    public List<CandidateInfo> candidates() throws InterruptedException {
        return get(candidatesAsync());
    }

    private <T> T get(CompletionStage<T> stage) throws InterruptedException {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            throw cause instanceof ElectionException known
                    ? known
                    : new ElectionException("Reading election " + name + " failed", cause);
        }
    }

    @Override
    public String toString() {
        return "Election[" + name + "]";
    }
}
