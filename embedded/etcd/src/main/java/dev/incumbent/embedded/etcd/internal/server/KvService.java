package dev.incumbent.embedded.etcd.internal.server;

import dev.incumbent.embedded.etcd.internal.store.Caller;
import dev.incumbent.embedded.etcd.internal.store.EtcdError;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import dev.incumbent.embedded.etcd.internal.store.Reply;
import dev.incumbent.embedded.etcd.internal.store.RequestChecks;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.CompactionResponse;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeResponse;
import dev.incumbent.embedded.etcd.wire.KVGrpc;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.PutResponse;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.RangeResponse;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.TxnResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/** Reading, writing, transactions, compaction. */
final class KvService extends KVGrpc.KVImplBase {

    private final Backend backend;
    private final Callers callers;
    private final Executor workers;

    KvService(Backend backend, Callers callers, Executor workers) {
        this.backend = backend;
        this.callers = callers;
        this.workers = workers;
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> out) {
        Calls.respond(
                out,
                read(
                                RequestChecks.check(request),
                                request.getSerializable(),
                                (machine, caller) -> machine.range(request, caller))
                        .thenApply(reply -> Backend.body(reply, RangeResponse.class).toBuilder()
                                .setHeader(backend.header(reply.revision()))
                                .build()),
                workers);
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> out) {
        Calls.respond(
                out,
                write(RequestChecks.check(request), Command.newBuilder().setPut(request))
                        .thenApply(reply -> Backend.body(reply, PutResponse.class).toBuilder()
                                .setHeader(backend.header(reply.revision()))
                                .build()));
    }

    @Override
    public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> out) {
        Calls.respond(
                out,
                write(RequestChecks.check(request), Command.newBuilder().setDeleteRange(request))
                        .thenApply(reply -> Backend.body(reply, DeleteRangeResponse.class).toBuilder()
                                .setHeader(backend.header(reply.revision()))
                                .build()),
                workers);
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> out) {
        Optional<EtcdError> refusal = RequestChecks.check(request);
        CompletableFuture<Reply.Ok> reply = refusal.isEmpty() && RequestChecks.readsOnly(request)
                ? read(
                        refusal,
                        RequestChecks.serializable(request),
                        (machine, caller) -> machine.readTxn(request, caller))
                : write(refusal, Command.newBuilder().setTxn(request));
        Calls.respond(
                out,
                reply.thenApply(ok -> Backend.body(ok, TxnResponse.class).toBuilder()
                        .setHeader(backend.header(ok.revision()))
                        .build()),
                workers);
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> out) {
        Calls.respond(
                out,
                write(Optional.empty(), Command.newBuilder().setCompact(request))
                        .thenApply(reply -> Backend.body(reply, CompactionResponse.class).toBuilder()
                                .setHeader(backend.header(reply.revision()))
                                .build()));
    }

    private CompletableFuture<Reply.Ok> read(
            Optional<EtcdError> refusal, boolean serializable, BiFunction<EtcdMachine, Caller, Reply> read) {
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(Failures.refusal(refusal.get()));
        }
        CompletableFuture<Reply> reply = callers.current()
                .thenCompose(caller -> serializable
                        ? backend.readLocal(machine -> read.apply(machine, caller))
                        : backend.read(machine -> read.apply(machine, caller)));
        return reply.thenApply(Backend::accepted);
    }

    private CompletableFuture<Reply.Ok> write(Optional<EtcdError> refusal, Command.Builder command) {
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(Failures.refusal(refusal.get()));
        }
        return callers.current().thenCompose(caller -> backend.submit(Callers.sign(command, caller)));
    }
}
