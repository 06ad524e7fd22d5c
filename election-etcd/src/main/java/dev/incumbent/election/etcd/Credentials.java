package dev.incumbent.election.etcd;

/**
 * A user of etcd.
 *
 * @param user its name
 * @param password its password
 */
record Credentials(String user, String password) {

    /** Leaves the password out. */
    @Override
    public String toString() {
        return "Credentials[" + user + "]";
    }
}
