package dev.incumbent.embedded.raft;

import io.microraft.Ordered;
import io.microraft.QueryPolicy;
import io.microraft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side of linearizable reads: asks of all nodes share rounds to a majority. On the node's thread.
 *
 * <p>An ask that comes while a round is under way waits for the next. MicroRaft would let it join: but acknowledgements of that
 * round may have been given before the ask came, and before a later leader, which they know nothing of, took over.
 */
final class ReadRounds {

    /** What MicroRaft is asked to read: nothing. The place in the log is the answer. */
    static final Object NOTHING = new Object() {
        @Override
        public String toString() {
            return "read index";
        }
    };

    /** Who leads, and how answers travel. */
    interface Host {
        boolean leads();

        /** It has applied an entry of its term. Until then it does not know what was committed before. */
        boolean ready();

        void answer(Message.AskIndex ask, long index);

        void refuse(Message.AskIndex ask, String why);

        void later(Runnable task);
    }

    private final Host host;
    private final RaftNode raft;
    private final QueryPolicy policy;
    private List<Message.AskIndex> waiting = new ArrayList<>();
    private boolean underWay;

    ReadRounds(Host host, RaftNode raft, QueryPolicy policy) {
        this.host = host;
        this.raft = raft;
        this.policy = policy;
    }

    void ask(Message.AskIndex ask) {
        waiting.add(ask);
        advance();
    }

    /** To be called again when leadership changes, and when the leader becomes ready. */
    void advance() {
        if (underWay || waiting.isEmpty()) {
            return;
        }
        boolean leads = host.leads();
        if (leads && !host.ready()) {
            return;
        }
        List<Message.AskIndex> round = waiting;
        waiting = new ArrayList<>();
        if (leads) {
            underWay = true;
            raft.<Object>query(NOTHING, policy, Optional.empty(), Optional.empty())
                    .whenComplete((result, failure) -> finish(round, result, failure));
        } else {
            refuse(round, "the node asked does not lead");
        }
    }

    private void finish(List<Message.AskIndex> round, @Nullable Ordered<Object> result, @Nullable Throwable failure) {
        underWay = false;
        if (result == null) {
            refuse(round, "no majority confirmed the leader: " + failure);
        } else {
            round.forEach(ask -> host.answer(ask, result.getCommitIndex()));
        }
        host.later(this::advance);
    }

    private void refuse(List<Message.AskIndex> asks, String why) {
        asks.forEach(ask -> host.refuse(ask, why));
    }
}
