package dev.incumbent.embedded.etcd.linearizability;

import dev.incumbent.embedded.etcd.wire.MaintenanceGrpc;
import dev.incumbent.embedded.etcd.wire.MoveLeaderRequest;
import dev.incumbent.embedded.etcd.wire.StatusRequest;
import dev.incumbent.embedded.etcd.wire.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Asks the leader to hand over, as an operator would; the request may well fail while other faults are about. */
final class LeaderMove {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private LeaderMove() {}

    static void to(List<String> endpoints, int node) {
        List<ManagedChannel> channels =
                endpoints.stream().map(LeaderMove::channel).toList();
        try {
            StatusResponse target = stub(channels.get(node - 1)).status(StatusRequest.getDefaultInstance());
            for (ManagedChannel channel : channels) {
                StatusResponse status = stub(channel).status(StatusRequest.getDefaultInstance());
                if (status.getHeader().getMemberId() == status.getLeader()) {
                    stub(channel)
                            .moveLeader(MoveLeaderRequest.newBuilder()
                                    .setTargetID(target.getHeader().getMemberId())
                                    .build());
                    return;
                }
            }
        } catch (StatusRuntimeException refused) {
            // Nobody led, or it did not come to pass: then this fault did nothing.
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }

    private static MaintenanceGrpc.MaintenanceBlockingStub stub(ManagedChannel channel) {
        return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE);
    }

    static ManagedChannel channel(String url) {
        URI uri = URI.create(url);
        return NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .usePlaintext()
                .build();
    }
}
