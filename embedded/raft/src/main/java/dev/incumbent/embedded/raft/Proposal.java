package dev.incumbent.embedded.raft;

/**
 * What is proposed to the log.
 *
 * @param origin the node that waits for it, 0 for none
 * @param request the origin's number for it, which no other of its requests has, in no process; it is in the log, too, since
 *     the origin has to recognize its command in whatever leader's log it comes back
 * @param command the encoded command; empty for the entry that a new leader opens its term with
 * @param opensTerm whether it is that entry
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the log holds the bytes themselves
record Proposal(int origin, long request, byte[] command, boolean opensTerm) {

    private static final byte[] NOTHING = {};

    static Proposal command(int origin, long request, byte[] command) {
        return new Proposal(origin, request, command, false);
    }

    static Proposal newTerm() {
        return new Proposal(0, 0, NOTHING, true);
    }
}
