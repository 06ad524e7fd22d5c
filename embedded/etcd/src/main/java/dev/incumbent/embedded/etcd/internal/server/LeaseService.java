package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrantResponse;
import dev.incumbent.embedded.etcd.wire.LeaseGrpc;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseKeepAliveResponse;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesRequest;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesResponse;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeResponse;
import dev.incumbent.embedded.etcd.wire.LeaseStatus;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.GrantLease;
import dev.incumbent.embedded.etcd.wire.command.RevokeLease;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Leases: granting, revoking, keeping alive, looking. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {

    /** Beyond it etcd refuses; compared before the minimum is applied. */
    private static final long MAX_TTL_SECONDS = 9_000_000_000L;

    private final Backend backend;
    private final Callers callers;
    private final LeaderMonitor leaders;
    private final Leases leases;

    LeaseService(Backend backend, Callers callers, LeaderMonitor leaders, Leases leases) {
        this.backend = backend;
        this.callers = callers;
        this.leaders = leaders;
        this.leases = leases;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> out) {
        Calls.respond(
                out,
                callers.current().thenCompose(caller -> grant(backend, caller, request.getID(), request.getTTL())));
    }

    /** Grants a lease; id 0 has one drawn. */
    static CompletableFuture<LeaseGrantResponse> grant(Backend backend, Caller caller, long wanted, long ttlSeconds) {
        if (ttlSeconds > MAX_TTL_SECONDS) {
            return CompletableFuture.failedFuture(Failures.refusal(EtcdError.LEASE_TTL_TOO_LARGE));
        }
        long id = wanted == 0 ? ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE) : wanted;
        Command.Builder command = Command.newBuilder()
                .setGrantLease(GrantLease.newBuilder()
                        .setId(id)
                        .setTtlSeconds(Math.max(ttlSeconds, backend.settings().minLeaseTtlSeconds())));
        return backend.submit(Callers.sign(command, caller))
                .thenApply(reply -> Backend.body(reply, LeaseGrantResponse.class).toBuilder()
                        .setHeader(backend.header(reply.revision()))
                        .build());
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> out) {
        Command.Builder command =
                Command.newBuilder().setRevokeLease(RevokeLease.newBuilder().setId(request.getID()));
        Calls.respond(
                out,
                callers.current()
                        .thenCompose(caller -> backend.submit(Callers.sign(command, caller)))
                        .thenApply(reply -> LeaseRevokeResponse.newBuilder()
                                .setHeader(backend.header(reply.revision()))
                                .build()));
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> out) {
        return new KeepAliveStream((ServerCallStreamObserver<LeaseKeepAliveResponse>) out, this::keepAlive, leaders);
    }

    private CompletableFuture<LeaseKeepAliveResponse> keepAlive(LeaseKeepAliveRequest request) {
        long id = request.getID();
        // The revision of before: a success must not carry one at which the lease may have been gone.
        return backend.readLocal(EtcdMachine::revision)
                .thenCompose(revision -> leases.renew(id).thenApply(ttl -> LeaseKeepAliveResponse.newBuilder()
                        .setHeader(backend.header(revision))
                        .setID(id)
                        .setTTL(ttl)
                        .build()));
    }

    /** Only who asks for the keys is asked who he is. */
    @Override
    public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> out) {
        CompletableFuture<Caller> asking =
                request.getKeys() ? callers.current() : CompletableFuture.completedFuture(Caller.NOBODY);
        Calls.respond(
                out,
                asking.thenCompose(caller -> leases.look(
                        request.getID(), (machine, remaining) -> look(machine, request, caller, remaining))));
    }

    private LeaseTimeToLiveResponse look(
            EtcdMachine machine, LeaseTimeToLiveRequest request, Caller caller, OptionalLong remaining) {
        if (request.getKeys()) {
            machine.checkLeaseKeys(request.getID(), caller).ifPresent(error -> {
                throw Failures.refusal(error);
            });
        }
        LeaseTimeToLiveResponse.Builder response = LeaseTimeToLiveResponse.newBuilder()
                .setHeader(backend.header(machine.revision()))
                .setID(request.getID())
                .setTTL(-1);
        machine.lease(request.getID()).ifPresent(lease -> {
            response.setGrantedTTL(lease.ttlSeconds()).setTTL(TimeUnit.NANOSECONDS.toSeconds(remaining.orElse(0)));
            if (request.getKeys()) {
                response.addAllKeys(lease.keys());
            }
        });
        return response.build();
    }

    @Override
    public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> out) {
        Calls.respond(out, backend.readLocal(machine -> {
            LeaseLeasesResponse.Builder response =
                    LeaseLeasesResponse.newBuilder().setHeader(backend.header(machine.revision()));
            machine.leases()
                    .forEach(
                            lease -> response.addLeases(LeaseStatus.newBuilder().setID(lease.id())));
            return response.build();
        }));
    }
}
