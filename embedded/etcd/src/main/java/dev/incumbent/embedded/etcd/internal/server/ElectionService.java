package dev.incumbent.embedded.etcd.internal.server;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.election.CampaignRequest;
import dev.incumbent.embedded.etcd.wire.election.CampaignResponse;
import dev.incumbent.embedded.etcd.wire.election.ElectionGrpc;
import dev.incumbent.embedded.etcd.wire.election.LeaderKey;
import dev.incumbent.embedded.etcd.wire.election.LeaderRequest;
import dev.incumbent.embedded.etcd.wire.election.LeaderResponse;
import dev.incumbent.embedded.etcd.wire.election.ProclaimRequest;
import dev.incumbent.embedded.etcd.wire.election.ProclaimResponse;
import dev.incumbent.embedded.etcd.wire.election.ResignRequest;
import dev.incumbent.embedded.etcd.wire.election.ResignResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Elections that are queued at the server. */
final class ElectionService extends ElectionGrpc.ElectionImplBase {

    private static final String NO_LEADER_KEY = "\"leader\" field must be provided";

    private final Backend backend;
    private final Callers callers;
    private final QueueCalls calls;
    private final Queues queues;
    private final LeaderFeeds feeds;
    private final LeaderMonitor leaders;
    private final Executor workers;

    ElectionService(
            Backend backend,
            Callers callers,
            Queues queues,
            LeaderFeeds feeds,
            LeaderMonitor leaders,
            Executor workers) {
        this.backend = backend;
        this.callers = callers;
        this.calls = new QueueCalls(callers);
        this.queues = queues;
        this.feeds = feeds;
        this.leaders = leaders;
        this.workers = workers;
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> out) {
        calls.respond(out, asker -> queues.enter(
                        Queues.Kind.ELECTION,
                        asker.caller(),
                        asker.call(),
                        request.getName(),
                        request.getLease(),
                        request.getValue())
                .thenApply(place -> CampaignResponse.newBuilder()
                        .setHeader(backend.header(place.enteredRevision()))
                        .setLeader(LeaderKey.newBuilder()
                                .setName(request.getName())
                                .setKey(place.key())
                                .setRev(place.createRevision())
                                .setLease(place.lease()))
                        .build()));
    }

    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> out) {
        if (!request.hasLeader()) {
            out.onError(Failures.unknown(NO_LEADER_KEY));
            return;
        }
        LeaderKey leader = request.getLeader();
        calls.respond(out, asker -> queues.proclaim(
                        asker.caller(),
                        asker.call(),
                        leader.getKey(),
                        leader.getRev(),
                        leader.getLease(),
                        request.getValue())
                .thenApply(reply -> ProclaimResponse.newBuilder()
                        .setHeader(backend.header(reply.revision()))
                        .build()));
    }

    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> out) {
        if (!request.hasLeader()) {
            out.onError(Failures.unknown(NO_LEADER_KEY));
            return;
        }
        LeaderKey leader = request.getLeader();
        calls.respond(out, asker -> queues.leave(asker.caller(), asker.call(), leader.getKey(), leader.getRev())
                .thenApply(reply -> ResignResponse.newBuilder()
                        .setHeader(backend.header(reply.revision()))
                        .build()));
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> out) {
        ByteString prefix = Queues.prefix(request.getName());
        calls.respond(out, asker -> backend.<Optional<LeaderResponse>>read(
                        machine -> first(machine, prefix, asker.caller()).map(kv -> LeaderResponse.newBuilder()
                                .setHeader(backend.header(machine.revision()))
                                .setKv(kv)
                                .build()))
                .thenApply(found -> found.orElseThrow(() -> Failures.refusal(EtcdError.ELECTION_NO_LEADER))));
    }

    /** The key that leads: the oldest under the prefix. */
    static Optional<KeyValue> first(EtcdMachine machine, ByteString prefix, Caller caller) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(prefix)
                .setRangeEnd(KeyRange.prefix(prefix).end())
                .setSortTarget(RangeRequest.SortTarget.CREATE)
                .setSortOrder(RangeRequest.SortOrder.ASCEND)
                .setLimit(1)
                .build();
        RangeResponse found = Backend.body(Backend.accepted(machine.range(request, caller)), RangeResponse.class);
        return found.getKvsList().stream().findFirst();
    }

    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> out) {
        Observer observer =
                new Observer(backend, feeds, (ServerCallStreamObserver<LeaderResponse>) out, workers, leaders);
        callers.current().whenComplete((caller, failure) -> {
            if (failure != null) {
                observer.end(Failures.status(failure).getStatus());
            } else {
                observer.start(Queues.prefix(request.getName()), caller);
            }
        });
    }
}
