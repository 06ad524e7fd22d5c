package dev.incumbent.embedded.raft;

/** A hand-over of leadership that somebody waits for. */
final class Handover extends Request<Void> {

    private final int target;

    Handover(long number, long deadline, int target) {
        super(number, deadline, RaftException.Indeterminate::new);
        this.target = target;
    }

    int target() {
        return target;
    }
}
