package dev.incumbent.embedded.zookeeper;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.security.sasl.SaslException;
import org.apache.zookeeper.common.X509Exception;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.quorum.Leader;
import org.apache.zookeeper.server.quorum.MultipleAddresses;
import org.apache.zookeeper.server.quorum.QuorumCnxManager;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.auth.NullQuorumAuthLearner;
import org.apache.zookeeper.server.quorum.auth.NullQuorumAuthServer;
import org.jspecify.annotations.Nullable;

/** ZooKeeper's own quorum member, with its outgoing election connections kept on the links that can be faulted. */
final class Peer extends QuorumPeer {

    private final List<ServerCnxnFactory> frontEnds = new CopyOnWriteArrayList<>();
    private final Runnable onStarted;
    private final Consumer<IOException> onBindFailure;

    /**
     * @param onStarted called on the server's thread when the client port listens
     * @param onBindFailure called when this member was elected but its quorum port is taken
     */
    Peer(Runnable onStarted, Consumer<IOException> onBindFailure) throws SaslException {
        this.onStarted = onStarted;
        this.onBindFailure = onBindFailure;
    }

    @Override
    public void setCnxnFactory(@Nullable ServerCnxnFactory factory) {
        super.setCnxnFactory(factory);
        remember(factory);
    }

    @Override
    public void setSecureCnxnFactory(@Nullable ServerCnxnFactory factory) {
        super.setSecureCnxnFactory(factory);
        remember(factory);
    }

    private void remember(@Nullable ServerCnxnFactory factory) {
        if (factory != null) {
            frontEnds.add(factory);
        }
    }

    @Override
    public void shutdown() {
        super.shutdown();
        frontEnds.forEach(NettyLeak::stop);
    }

    @Override
    public synchronized void start() {
        super.start();
        onStarted.run();
    }

    @Override
    protected Leader makeLeader(FileTxnSnapLog log) throws IOException, X509Exception {
        try {
            return super.makeLeader(log);
        } catch (IOException e) {
            onBindFailure.accept(e);
            throw e;
        }
    }

    @Override
    public QuorumCnxManager createCnxnManager() {
        return new QuorumCnxManager(
                this,
                getMyId(),
                getView(),
                new NullQuorumAuthServer(),
                new NullQuorumAuthLearner(),
                getTickTime() * getSyncLimit(),
                getQuorumListenOnAllIPs(),
                quorumCnxnThreadsSize,
                false) {
            /**
             * A member tells the others its own election address, and they would connect to that. The address in this
             * member's configuration is the link's.
             */
            @Override
            public void initiateConnection(MultipleAddresses announced, Long id) {
                super.initiateConnection(requireNonNull(getView().get(id)).electionAddr, id);
            }
        };
    }
}
