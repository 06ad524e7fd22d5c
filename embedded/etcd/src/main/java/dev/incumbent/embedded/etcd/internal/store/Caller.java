package dev.incumbent.embedded.etcd.internal.store;

/**
 * Who asks, as the member that took the request found out from its token or certificate.
 *
 * @param user the user's name; empty if no token came along
 * @param authRevision the revision of the {@link AuthStore} that the token was issued at; 0 for {@link #NOBODY}
 */
public record Caller(String user, long authRevision) {

    /** Nobody in particular: what every request is while authentication is off. */
    public static final Caller NOBODY = new Caller("", 0);
}
