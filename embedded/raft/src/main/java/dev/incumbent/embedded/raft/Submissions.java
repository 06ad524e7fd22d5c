package dev.incumbent.embedded.raft;

import dev.incumbent.embedded.raft.RaftNode.Status;
import io.microraft.exception.CannotReplicateException;
import io.microraft.impl.RaftNodeImpl;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node has sent to a leader and waits for, and what it does as the leader with what others sent. On the node's thread.
 *
 * <p>A command is proposed in the term that its sender knew, or not at all. So a sender that applies the first entry of a later
 * term knows that whatever it has not applied by then is lost: entries of an earlier term do not come behind it.
 *
 * @param <R> a reply
 */
final class Submissions<R> {

    /** How many entries a leader holds that are not committed. */
    static final int MAX_UNCOMMITTED = 5_000;

    /** Who and where this node is. */
    interface Host {
        int self();

        String label();

        /** The leader of the term, 0 if unknown. */
        int leader();

        int term();

        void dispatch(int to, Message message);
    }

    private final Host host;
    private final RaftNodeImpl raft;
    private final Map<Long, Submission<R>> submitted = new HashMap<>();
    private final Map<Long, Handover> handovers = new HashMap<>();

    Submissions(Host host, RaftNodeImpl raft) {
        this.host = host;
        this.raft = raft;
    }

    // The sender's side.

    void submit(Submission<R> submission) {
        int leader = host.leader();
        if (leader == 0) {
            submission.refuse(host.label() + " knows of no leader");
        } else if (submission.send(host.term())) {
            submitted.put(submission.number(), submission);
            Proposal proposal = Proposal.command(host.self(), submission.number(), submission.command());
            host.dispatch(leader, new Message.Submit(submission.term(), proposal));
        }
    }

    void transfer(Handover handover) {
        int leader = host.leader();
        if (leader == 0) {
            handover.refuse(host.label() + " knows of no leader");
        } else if (handover.send()) {
            handovers.put(handover.number(), handover);
            host.dispatch(leader, new Message.Transfer(host.self(), handover.number(), handover.target()));
        }
    }

    void receive(Message.Refused refused) {
        Submission<R> submission = submitted.remove(refused.request());
        if (submission != null && refused.overloaded()) {
            submission.fail(new RaftException.Overloaded(refused.why()));
        } else if (submission != null) {
            submission.refuse(refused.why());
        }
        Handover handover = handovers.remove(refused.request());
        if (handover != null) {
            handover.fail(new RaftException.Indeterminate(refused.why()));
        }
    }

    /** A command was applied; the request is 0 if another node submitted it. */
    void applied(long request, @Nullable R reply) {
        Submission<R> submission = request == 0 ? null : submitted.remove(request);
        if (submission != null) {
            // A reply may be null where R allows it; the type cannot say so here.
            submission.complete(Guard.unchecked(reply));
        }
    }

    /** A term's first entry was applied. */
    void opened(int term) {
        submitted.values().removeIf(submission -> {
            boolean lost = submission.term() < term;
            if (lost) {
                submission.refuse(
                        "the leader of term " + submission.term() + " lost its office before it was committed");
            }
            return lost;
        });
    }

    /** A snapshot took the place of entries that may have been ours. */
    void restored() {
        List<Submission<R>> unknown = List.copyOf(submitted.values());
        submitted.clear();
        unknown.forEach(submission -> submission.abandon(host.label() + " caught up by a snapshot"));
    }

    void finishHandovers(Status status) {
        if (handovers.isEmpty() || status.leader().isEmpty()) {
            return;
        }
        int leader = status.leader().getAsInt();
        handovers.values().removeIf(handover -> {
            boolean done = handover.target() == leader && (leader != host.self() || status.leads());
            if (done) {
                handover.complete(Guard.nothing());
            }
            return done;
        });
    }

    void forgetDone() {
        submitted.values().removeIf(Request::isDone);
        handovers.values().removeIf(Request::isDone);
    }

    // The leader's side.

    void receive(Message.Submit submit) {
        Proposal proposal = submit.proposal();
        if (host.leader() != host.self() || host.term() != submit.term()) {
            refuse(proposal.origin(), proposal.request(), host.label() + " does not lead in term " + submit.term());
            return;
        }
        // Runs at once, so that what was checked above still holds: the entry gets this very term, or none.
        raft.<Object>replicate(proposal).whenComplete((result, failure) -> {
            if (failure instanceof CannotReplicateException) {
                boolean full = uncommitted() >= MAX_UNCOMMITTED;
                String why =
                        host.label() + (full ? " has too many commands that are not committed" : " is handing over");
                host.dispatch(proposal.origin(), new Message.Refused(proposal.request(), full, why));
            }
        });
    }

    private long uncommitted() {
        return raft.state().log().lastLogOrSnapshotIndex() - raft.state().commitIndex();
    }

    void receive(Message.Transfer transfer) {
        raft.transferLeadership(new Endpoint(transfer.target())).whenComplete((result, failure) -> {
            if (failure != null) {
                refuse(transfer.from(), transfer.request(), "not handed over: " + failure);
            }
        });
    }

    private void refuse(int origin, long request, String why) {
        host.dispatch(origin, new Message.Refused(request, false, why));
    }
}
