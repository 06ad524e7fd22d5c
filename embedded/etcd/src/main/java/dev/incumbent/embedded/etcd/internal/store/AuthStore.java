package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.wire.AuthRoleGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGetRequest;
import java.util.Optional;

/** Users, roles and what they may do. */
@SuppressWarnings("DoNotCallSuggester") // until it is there
public final class AuthStore {

    private static UnsupportedOperationException todo() {
        return new UnsupportedOperationException("not there yet");
    }

    /** Whether requests have to come from a user. */
    public boolean enabled() {
        throw todo();
    }

    /** Grows with every change of users and roles; what tokens are bound to. */
    public long revision() {
        throw todo();
    }

    /** Whether the caller may read a range; for watches, whose start is not otherwise checked. */
    public Optional<EtcdError> checkRange(Caller caller, ByteString key, ByteString rangeEnd) {
        throw todo();
    }

    /** Whether the caller may do what only root may: alarms, snapshots, defragmentation, management. */
    public Optional<EtcdError> checkAdmin(Caller caller) {
        throw todo();
    }

    /**
     * What is needed to check a password, to be read on the node's thread and checked on another, since that takes time.
     *
     * @param user the user's name
     * @return to be asked {@link Credentials#check}
     */
    public Credentials credentials(String user) {
        throw todo();
    }

    /** AuthStatusResponse. */
    public Reply status(Caller caller) {
        throw todo();
    }

    /** AuthUserGetResponse, or why not. */
    public Reply userGet(AuthUserGetRequest request, Caller caller) {
        throw todo();
    }

    /** AuthUserListResponse, or why not. */
    public Reply userList(Caller caller) {
        throw todo();
    }

    /** AuthRoleGetResponse, or why not. */
    public Reply roleGet(AuthRoleGetRequest request, Caller caller) {
        throw todo();
    }

    /** AuthRoleListResponse, or why not. */
    public Reply roleList(Caller caller) {
        throw todo();
    }
}
