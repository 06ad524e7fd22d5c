package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.wire.AlarmMember;
import dev.incumbent.embedded.etcd.wire.AlarmRequest;
import dev.incumbent.embedded.etcd.wire.AlarmResponse;
import dev.incumbent.embedded.etcd.wire.DefragmentRequest;
import dev.incumbent.embedded.etcd.wire.DefragmentResponse;
import dev.incumbent.embedded.etcd.wire.HashKVRequest;
import dev.incumbent.embedded.etcd.wire.HashKVResponse;
import dev.incumbent.embedded.etcd.wire.HashRequest;
import dev.incumbent.embedded.etcd.wire.HashResponse;
import dev.incumbent.embedded.etcd.wire.MaintenanceGrpc;
import dev.incumbent.embedded.etcd.wire.MoveLeaderRequest;
import dev.incumbent.embedded.etcd.wire.MoveLeaderResponse;
import dev.incumbent.embedded.etcd.wire.StatusRequest;
import dev.incumbent.embedded.etcd.wire.StatusResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.RaftNode;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What operators ask of one member. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {

    private final Backend backend;
    private final Callers callers;

    MaintenanceService(Backend backend, Callers callers) {
        this.backend = backend;
        this.callers = callers;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
        Calls.respond(out, backend.readLocal(machine -> status(machine.revision(), machine.alarms())));
    }

    private StatusResponse status(long revision, List<AlarmMember> alarms) {
        RaftNode.Status raft = backend.status();
        StatusResponse.Builder response = StatusResponse.newBuilder()
                .setHeader(backend.header(revision))
                .setVersion(Version.SERVER)
                .setDbSize(raft.logBytes())
                .setDbSizeInUse(raft.logBytes())
                .setRaftTerm(raft.term())
                .setRaftIndex(raft.committed())
                .setRaftAppliedIndex(raft.applied());
        raft.leader()
                .ifPresentOrElse(
                        leader -> response.setLeader(backend.identity().memberId(leader)),
                        () -> response.addErrors(EtcdError.NO_LEADER.text()));
        for (AlarmMember alarm : alarms) {
            response.addErrors(
                    "memberID:" + Long.toUnsignedString(alarm.getMemberID()) + " alarm:" + alarm.getAlarm() + " ");
        }
        return response.build();
    }

    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> out) {
        Calls.respond(
                out,
                callers.current()
                        .thenCompose(caller ->
                                backend.submit(Callers.sign(Command.newBuilder().setAlarm(request), caller)))
                        .thenApply(reply -> Backend.body(reply, AlarmResponse.class).toBuilder()
                                .setHeader(backend.header(reply.revision()))
                                .build()));
    }

    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> out) {
        Calls.respond(out, asAdmin(machine -> HashResponse.newBuilder()
                .setHeader(backend.header(machine.revision()))
                .setHash(machine.hash())
                .build()));
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> out) {
        Calls.respond(out, asAdmin(machine -> {
            Reply.Ok reply = Backend.accepted(machine.hashKv(request.getRevision()));
            return Backend.body(reply, HashKVResponse.class).toBuilder()
                    .setHeader(backend.header(reply.revision()))
                    .build();
        }));
    }

    /** There is nothing to defragment; as with etcd the reply has no header. */
    @Override
    public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> out) {
        Calls.respond(out, asAdmin(machine -> DefragmentResponse.getDefaultInstance()));
    }

    /** As with etcd nobody is asked who he is. */
    @Override
    public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> out) {
        Calls.respond(out, moveLeader(request.getTargetID()));
    }

    private CompletableFuture<MoveLeaderResponse> moveLeader(long target) {
        OptionalInt leader = backend.status().leader();
        if (leader.isEmpty() || leader.getAsInt() != backend.number()) {
            return CompletableFuture.failedFuture(Failures.refusal(EtcdError.NOT_LEADER));
        }
        OptionalInt number = backend.identity().number(target);
        if (number.isEmpty()) {
            return CompletableFuture.failedFuture(Failures.refusal(EtcdError.BAD_LEADER_TRANSFEREE));
        }
        return backend.transferLeadership(number.getAsInt())
                .thenApply(moved -> MoveLeaderResponse.getDefaultInstance());
    }

    private <T> CompletableFuture<T> asAdmin(Function<EtcdMachine, T> action) {
        return callers.current()
                .exceptionally(failure -> {
                    Status status = Failures.status(failure).getStatus();
                    throw status.getCode() == Status.Code.UNAUTHENTICATED
                            ? Failures.unknown("auth: invalid auth token")
                            : status.asRuntimeException();
                })
                .thenCompose(caller -> backend.readLocal(machine -> {
                    checkAdmin(machine, caller);
                    return action.apply(machine);
                }));
    }

    /** etcd gives these errors as they come from its store of users, without the codes that they have everywhere else. */
    private static void checkAdmin(EtcdMachine machine, Caller caller) {
        machine.auth().checkAdmin(caller).ifPresent(error -> {
            throw switch (error) {
                case USER_EMPTY -> Failures.unknown("auth: user name is empty");
                case USER_NOT_FOUND -> Failures.unknown("auth: user not found");
                case PERMISSION_DENIED -> Failures.unknown("auth: permission denied");
                default -> Failures.refusal(error);
            };
        });
    }
}
