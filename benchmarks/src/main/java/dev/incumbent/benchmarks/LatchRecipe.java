package dev.incumbent.benchmarks;

import java.io.IOException;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;

/** Curator's {@code LeaderLatch}, with its listener on the event thread, which is its default. */
final class LatchRecipe implements Recipe {

    private final Duration sessionTimeout;

    LatchRecipe(Duration sessionTimeout) {
        this.sessionTimeout = sessionTimeout;
    }

    @Override
    public String name() {
        return "LeaderLatch";
    }

    @Override
    public Candidate open(String connectString, int number) {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(connectString)
                .sessionTimeoutMs((int) sessionTimeout.toMillis())
                .connectionTimeoutMs(15_000)
                .retryPolicy(new RetryOneTime(100))
                .ensembleTracker(false) // it would read the ensemble's configuration from time to time
                .build();
        client.start();
        try {
            client.blockUntilConnected();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            client.close();
            throw new IllegalStateException("interrupted", interrupted);
        }
        return new LatchCandidate(client, "latch-" + number);
    }

    private record LatchCandidate(CuratorFramework client, String id) implements Candidate {

        @Override
        public Standing stand(String election) {
            return new LatchStanding(client, "/latches/" + election, id);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static final class LatchStanding implements Candidate.Standing {

        private final CuratorFramework client;
        private final LeaderLatch latch;
        private final Moment elected = new Moment();
        private String entry = "";

        LatchStanding(CuratorFramework client, String path, String id) {
            this.client = client;
            this.latch = new LeaderLatch(client, path, id);
            latch.addListener(new LeaderLatchListener() {
                @Override
                public void isLeader() {
                    elected.now();
                }

                @Override
                public void notLeader() {}
            });
            unchecked(latch::start);
        }

        @Override
        public void awaitQueued() {
            Patience.until("the latch has a node", () -> latch.getOurPath() != null);
        }

        @Override
        public Moment elected() {
            return elected;
        }

        @Override
        public void resign() {
            entry = String.valueOf(latch.getOurPath());
            try {
                latch.close();
            } catch (IOException failure) {
                throw new IllegalStateException("LeaderLatch did not close", failure);
            }
        }

        @Override
        public void awaitGone() {
            Patience.until("the latch's node is gone", () -> !exists());
        }

        private boolean exists() {
            try {
                return client.getZookeeperClient().getZooKeeper().exists(entry, false) != null;
            } catch (KeeperException.NoNodeException gone) {
                return false;
            } catch (Exception failure) {
                throw new IllegalStateException("cannot tell whether " + entry + " exists", failure);
            }
        }

        private interface Action {
            void run() throws Exception;
        }

        private static void unchecked(Action action) {
            try {
                action.run();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
