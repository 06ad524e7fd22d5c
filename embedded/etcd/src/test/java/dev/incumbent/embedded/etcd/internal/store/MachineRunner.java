package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.AlarmRequest;
import dev.incumbent.embedded.etcd.wire.AuthDisableRequest;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleListRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleRevokePermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthStatusRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserListRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserRevokeRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthenticateRequest;
import dev.incumbent.embedded.etcd.wire.AuthenticateResponse;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.HashKVRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesRequest;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesResponse;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseStatus;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveResponse;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.etcd.wire.command.GrantLease;
import dev.incumbent.embedded.etcd.wire.command.RevokeLease;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The machine with as much of a server around it as a script needs. */
final class MachineRunner implements RuleRunner {

    private static final byte[] SALT = new byte[16];

    private final EtcdMachine machine = new EtcdMachine();
    private final Map<String, Caller> callers = new HashMap<>();
    private long index;

    MachineRunner() {
        callers.put("", Caller.NOBODY);
    }

    @Override
    public String series() {
        return "ours";
    }

    @Override
    public String ask(String user, Message request) {
        Caller caller = callers.getOrDefault(user, Caller.NOBODY);
        Reply reply = answer(request, caller);
        if (reply instanceof Reply.Refused refused) {
            return RuleScript.text(refused.error().status());
        }
        Reply.Ok ok = (Reply.Ok) reply;
        FieldDescriptor header = ok.body().getDescriptorForType().findFieldByName("header");
        Message body = request instanceof WatchCreateRequest
                ? ok.body()
                : ok.body().toBuilder()
                        .setField(
                                header,
                                ResponseHeader.newBuilder()
                                        .setRevision(ok.revision())
                                        .build())
                        .build();
        return RuleScript.text(body);
    }

    private Reply answer(Message request, Caller caller) {
        Command.Builder command = Command.newBuilder().setUser(caller.user()).setAuthRevision(caller.authRevision());
        if (request instanceof RangeRequest range) {
            return checked(RequestChecks.check(range), () -> machine.range(range, caller));
        } else if (request instanceof PutRequest put) {
            return checked(RequestChecks.check(put), () -> apply(command.setPut(put)));
        } else if (request instanceof DeleteRangeRequest delete) {
            return checked(RequestChecks.check(delete), () -> apply(command.setDeleteRange(delete)));
        } else if (request instanceof TxnRequest txn) {
            return checked(
                    RequestChecks.check(txn),
                    () -> RequestChecks.readsOnly(txn) ? machine.readTxn(txn, caller) : apply(command.setTxn(txn)));
        } else if (request instanceof CompactionRequest compaction) {
            return apply(command.setCompact(compaction));
        } else if (request instanceof WatchCreateRequest watch) {
            return watch(watch);
        } else if (request instanceof AlarmRequest alarm) {
            return apply(command.setAlarm(alarm));
        } else if (request instanceof HashKVRequest hash) {
            return machine.hashKv(hash.getRevision());
        }
        return leaseAnswer(request, caller, command).orElseGet(() -> authAnswer(request, caller, command));
    }

    private Reply checked(Optional<EtcdError> error, Supplier<Reply> reply) {
        return error.<Reply>map(refusal -> new Reply.Refused(refusal, 0)).orElseGet(reply);
    }

    private Reply apply(Command.Builder command) {
        index += 2;
        return machine.apply(index, 1, command.build());
    }

    private Reply watch(WatchCreateRequest request) {
        WatchResponse.Builder response = WatchResponse.newBuilder();
        for (Revision revision : machine.changes(request.getStartRevision(), Integer.MAX_VALUE)) {
            for (Change change : revision.changes()) {
                Event.Builder event = change.event().toBuilder();
                if (request.getPrevKv() && change.previous() != null) {
                    event.setPrevKv(change.previous());
                }
                response.addEvents(event);
            }
        }
        return new Reply.Ok(response.build(), machine.revision());
    }

    private Optional<Reply> leaseAnswer(Message request, Caller caller, Command.Builder command) {
        if (request instanceof LeaseGrantRequest grant) {
            GrantLease.Builder lease =
                    GrantLease.newBuilder().setId(grant.getID()).setTtlSeconds(grant.getTTL());
            return Optional.of(apply(command.setGrantLease(lease)));
        } else if (request instanceof LeaseRevokeRequest revoke) {
            return Optional.of(
                    apply(command.setRevokeLease(RevokeLease.newBuilder().setId(revoke.getID()))));
        } else if (request instanceof LeaseTimeToLiveRequest time) {
            Optional<EtcdError> refusal =
                    time.getKeys() ? machine.checkLeaseKeys(time.getID(), caller) : Optional.empty();
            return Optional.of(checked(refusal, () -> timeToLive(time)));
        } else if (request instanceof LeaseLeasesRequest) {
            LeaseLeasesResponse.Builder all = LeaseLeasesResponse.newBuilder();
            machine.leases()
                    .forEach(lease -> all.addLeases(LeaseStatus.newBuilder().setID(lease.id())));
            return Optional.of(new Reply.Ok(all.build(), machine.revision()));
        }
        return Optional.empty();
    }

    private Reply timeToLive(LeaseTimeToLiveRequest request) {
        LeaseTimeToLiveResponse.Builder response =
                LeaseTimeToLiveResponse.newBuilder().setID(request.getID()).setTTL(-1);
        machine.lease(request.getID()).ifPresent(lease -> response.setTTL(lease.ttlSeconds())
                .setGrantedTTL(lease.ttlSeconds())
                .addAllKeys(request.getKeys() ? lease.keys() : List.of()));
        return new Reply.Ok(response.build(), machine.revision());
    }

    private Reply authAnswer(Message request, Caller caller, Command.Builder command) {
        AuthStore auth = machine.auth();
        if (request instanceof AuthenticateRequest signIn) {
            return signIn(signIn);
        } else if (request instanceof AuthStatusRequest) {
            return auth.status(caller);
        } else if (request instanceof AuthUserGetRequest get) {
            return auth.userGet(get, caller);
        } else if (request instanceof AuthUserListRequest) {
            return auth.userList(caller);
        } else if (request instanceof AuthRoleGetRequest get) {
            return auth.roleGet(get, caller);
        } else if (request instanceof AuthRoleListRequest) {
            return auth.roleList(caller);
        }
        return apply(authCommand(request, command));
    }

    private Reply signIn(AuthenticateRequest request) {
        Credentials credentials = machine.auth().credentials(request.getName());
        return checked(credentials.check(request.getPassword()), () -> {
            callers.put(request.getName(), new Caller(request.getName(), credentials.authRevision()));
            AuthenticateResponse response =
                    AuthenticateResponse.newBuilder().setToken("token").build();
            return new Reply.Ok(response, machine.revision());
        });
    }

    private static Command.Builder authCommand(Message request, Command.Builder command) {
        if (request instanceof AuthEnableRequest enable) {
            return command.setAuthEnable(enable);
        } else if (request instanceof AuthDisableRequest disable) {
            return command.setAuthDisable(disable);
        } else if (request instanceof AuthUserAddRequest add) {
            return command.setUserAdd(add.toBuilder()
                    .clearPassword()
                    .setHashedPassword(
                            add.getOptions().getNoPassword() ? "" : Passwords.hash(add.getPassword(), SALT)));
        } else if (request instanceof AuthUserDeleteRequest delete) {
            return command.setUserDelete(delete);
        } else if (request instanceof AuthUserChangePasswordRequest change) {
            return command.setUserChangePassword(
                    change.toBuilder().clearPassword().setHashedPassword(Passwords.hash(change.getPassword(), SALT)));
        } else if (request instanceof AuthUserGrantRoleRequest grant) {
            return command.setUserGrantRole(grant);
        } else if (request instanceof AuthUserRevokeRoleRequest revoke) {
            return command.setUserRevokeRole(revoke);
        } else if (request instanceof AuthRoleAddRequest add) {
            return command.setRoleAdd(add);
        } else if (request instanceof AuthRoleDeleteRequest delete) {
            return command.setRoleDelete(delete);
        } else if (request instanceof AuthRoleGrantPermissionRequest grant) {
            return command.setRoleGrantPermission(grant);
        } else if (request instanceof AuthRoleRevokePermissionRequest revoke) {
            return command.setRoleRevokePermission(revoke);
        }
        throw new IllegalArgumentException("Nobody answers " + request);
    }

    @Override
    public void close() {}
}
