package dev.incumbent.election.etcd;

import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Subscription;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;

/**
 * One member, behind a channel of its own.
 *
 * <p>gRPC waits up to two minutes before it connects again; here it is told to try as often as somebody asks, ten times a
 * second at most. Touched on the loop only.
 */
final class Endpoint {

    private static final long RECONNECT_NANOS = 100_000_000L;

    private final String name;
    private final ManagedChannel channel;
    private final IoLoop loop;
    private boolean patient;
    private Subscription patience = () -> {};

    Endpoint(String name, ManagedChannel channel, IoLoop loop) {
        this.name = name;
        this.channel = channel;
        this.loop = loop;
    }

    /** The channel, with a connection being made if there is none. */
    ManagedChannel channel() {
        if (!patient && channel.getState(true) == ConnectivityState.TRANSIENT_FAILURE) {
            patient = true;
            patience = loop.schedule(() -> patient = false, RECONNECT_NANOS);
            channel.resetConnectBackoff();
        }
        return channel;
    }

    /** It is silent: what is asked from now on goes over a new connection. What is under way stays on the old one. */
    void reconnect() {
        channel.enterIdle();
    }

    void close() {
        patience.close();
        channel.shutdownNow();
    }

    @Override
    public String toString() {
        return name;
    }
}
