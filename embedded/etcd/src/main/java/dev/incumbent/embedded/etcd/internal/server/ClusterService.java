package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.ClusterGrpc;
import dev.incumbent.embedded.etcd.wire.Member;
import dev.incumbent.embedded.etcd.wire.MemberListRequest;
import dev.incumbent.embedded.etcd.wire.MemberListResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Who the members are. They never change: what would change them is not offered. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {

    private final Backend backend;
    private final Supplier<List<String>> endpoints;

    /**
     * For one member.
     *
     * @param endpoints where clients find the members, in the order of their numbers
     */
    ClusterService(Backend backend, Supplier<List<String>> endpoints) {
        this.backend = backend;
        this.endpoints = endpoints;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> out) {
        CompletableFuture<Long> revision = request.getLinearizable()
                ? backend.read(EtcdMachine::revision)
                : backend.readLocal(EtcdMachine::revision);
        Calls.respond(out, revision.thenApply(this::list));
    }

    private MemberListResponse list(long revision) {
        MemberListResponse.Builder response = MemberListResponse.newBuilder().setHeader(backend.header(revision));
        List<String> urls = endpoints.get();
        for (int number = 1; number <= urls.size(); number++) {
            response.addMembers(Member.newBuilder()
                    .setID(backend.identity().memberId(number))
                    .setName("node-" + number)
                    .addClientURLs(urls.get(number - 1)));
        }
        return response.build();
    }
}
