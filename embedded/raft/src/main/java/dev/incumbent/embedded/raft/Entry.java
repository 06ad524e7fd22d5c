package dev.incumbent.embedded.raft;

import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.LogEntry.LogEntryBuilder;
import org.jspecify.annotations.Nullable;

/** A place in the log. It is its own operation, since MicroRaft tells a state machine no term. */
record Entry(long index, int term, Proposal proposal) implements LogEntry {

    @Override
    public long getIndex() {
        return index;
    }

    @Override
    public int getTerm() {
        return term;
    }

    @Override
    public Object getOperation() {
        return this;
    }

    @Override
    public String toString() {
        return "Entry[index=" + index + ", term=" + term + ", bytes=" + proposal.command().length + "]";
    }

    /** MicroRaft's models, except for entries. */
    static final class Factory extends DefaultRaftModelFactory {
        @Override
        public LogEntryBuilder createLogEntryBuilder() {
            return new Builder();
        }
    }

    private static final class Builder implements LogEntryBuilder {
        private long index;
        private int term;
        private @Nullable Proposal proposal;

        @Override
        public LogEntryBuilder setIndex(long newIndex) {
            index = newIndex;
            return this;
        }

        @Override
        public LogEntryBuilder setTerm(int newTerm) {
            term = newTerm;
            return this;
        }

        @Override
        public LogEntryBuilder setOperation(Object operation) {
            proposal = (Proposal) operation;
            return this;
        }

        @Override
        public LogEntry build() {
            if (proposal == null) {
                throw new IllegalStateException("an entry without a proposal");
            }
            return new Entry(index, term, proposal);
        }
    }
}
