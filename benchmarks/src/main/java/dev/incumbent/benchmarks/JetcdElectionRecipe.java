package dev.incumbent.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.election.CampaignResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** jetcd's {@code Election}: the queue is kept by the server, which answers when the candidate leads. */
final class JetcdElectionRecipe implements Recipe {

    private static final long PATIENCE_SECONDS = 60;

    private final Duration leaseTtl;

    JetcdElectionRecipe(Duration leaseTtl) {
        this.leaseTtl = leaseTtl;
    }

    @Override
    public String name() {
        return "jetcd Election";
    }

    @Override
    public Candidate open(String server, int number) {
        Client client = Client.builder().endpoints(server).build();
        long lease = get(client.getLeaseClient().grant(leaseTtl.toSeconds())).getID();
        return new JetcdCandidate(client, lease, "jetcd-" + number);
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("jetcd did not answer", failure);
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    private record JetcdCandidate(Client client, long lease, String id) implements Candidate {

        @Override
        public Standing stand(String election) {
            return new JetcdStanding(client, lease, "jetcd/" + election, id);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static final class JetcdStanding implements Candidate.Standing {

        private final Client client;
        private final ByteSequence entry;
        private final Moment elected = new Moment();
        private final CompletableFuture<CampaignResponse> campaign;

        JetcdStanding(Client client, long lease, String election, String id) {
            this.client = client;
            this.entry = bytes(election + "/" + Long.toHexString(lease));
            this.campaign = client.getElectionClient().campaign(bytes(election), lease, bytes(id));
            campaign.thenRun(elected::now);
            failing(campaign);
        }

        @Override
        public void awaitQueued() {
            Patience.until("the candidate's key stands", this::stands);
        }

        @Override
        public Moment elected() {
            return elected;
        }

        @Override
        public void resign() {
            if (elected.hasHappened()) {
                failing(client.getElectionClient().resign(get(campaign).getLeader()));
            } else {
                client.getKVClient().delete(entry);
            }
        }

        /** Whoever waits for this candidate is told what failed, instead of waiting until patience ends. */
        private void failing(CompletableFuture<?> call) {
            call.whenComplete((answer, failure) -> {
                if (failure != null) {
                    elected.failed(failure);
                }
            });
        }

        @Override
        public void awaitGone() {
            Patience.until("the candidate's key is gone", () -> !stands());
        }

        private boolean stands() {
            return get(client.getKVClient().get(entry)).getCount() > 0;
        }
    }
}
