package dev.incumbent.embedded.raft;

import io.microraft.model.message.RaftMessage;

/** What travels over a link. */
sealed interface Message {

    /** MicroRaft's own. */
    record Raft(RaftMessage content) implements Message {}

    /**
     * A command for the leader.
     *
     * @param term the term in which the receiver is to lead; it refuses in any other, so that a command never enters the log
     *     behind the first entry of a later term without its sender's knowledge
     */
    record Submit(int term, Proposal proposal) implements Message {}

    /**
     * A command that was not proposed.
     *
     * @param overloaded because the leader has too many
     */
    record Refused(long request, boolean overloaded, String why) implements Message {}

    /** Asks the leader up to where its log is committed, after a round to a majority. */
    record AskIndex(int from, long ask) implements Message {}

    /** The answer. */
    record Index(long ask, long index) implements Message {}

    /** No answer: the receiver does not lead. */
    record NoIndex(long ask, String why) implements Message {}

    /** Asks the leader to hand over. */
    record Transfer(int from, long request, int target) implements Message {}
}
