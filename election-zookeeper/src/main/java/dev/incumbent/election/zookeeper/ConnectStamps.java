package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Stamp;
import dev.incumbent.election.Ticker;
import java.net.InetSocketAddress;
import java.util.Collection;
import org.apache.zookeeper.client.HostProvider;
import org.jspecify.annotations.Nullable;

/**
 * Stamps every attempt to connect before it is made.
 *
 * <p>The stock client tells nobody when it sent its connect request, but its send thread asks for the next host right before
 * each attempt and reports here when the attempt succeeded. Called by that thread only; read by any.
 */
final class ConnectStamps implements HostProvider {

    private final HostProvider hosts;
    private final Ticker ticker;
    private @Nullable Stamp attempted;
    private volatile @Nullable Stamp created;
    private volatile @Nullable Stamp connected;

    ConnectStamps(HostProvider hosts, Ticker ticker) {
        this.hosts = hosts;
        this.ticker = ticker;
    }

    @Override
    public int size() {
        return hosts.size();
    }

    @Override
    public InetSocketAddress next(long spinDelay) {
        attempted = ticker.stamp();
        return hosts.next(spinDelay);
    }

    @Override
    public void onConnected() {
        if (created == null) {
            created = attempted;
        }
        connected = attempted;
        hosts.onConnected();
    }

    @Override
    public boolean updateServerList(Collection<InetSocketAddress> servers, InetSocketAddress current) {
        return hosts.updateServerList(servers, current);
    }

    /** Before the request was sent that created the session; creation is a commit, so its reply proves that instant. */
    @Nullable
    Stamp created() {
        return created;
    }

    /** Before the request of the newest connection was sent; proved only by a commit on that connection. */
    @Nullable
    Stamp connected() {
        return connected;
    }
}
