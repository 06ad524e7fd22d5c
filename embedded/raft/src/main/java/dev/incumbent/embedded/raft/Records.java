package dev.incumbent.embedded.raft;

import java.nio.ByteBuffer;

/** The records of a log, as bytes: a kind, then fields. */
final class Records {

    private static final byte TERM = 1;
    private static final byte COMMAND = 2;
    private static final byte NEW_TERM = 3;
    private static final byte TRUNCATED = 4;
    private static final int START = 1 << 10;

    /** Told what is read. */
    interface Visitor {
        void term(int term, int vote);

        void entry(Entry entry);

        void truncated(long from);
    }

    private ByteBuffer buffer = ByteBuffer.allocate(START);

    boolean isEmpty() {
        return buffer.position() == 0;
    }

    /** Term and vote, 0 for none. */
    void term(int term, int vote) {
        room(9).put(TERM).putInt(term).putInt(vote);
    }

    void entry(Entry entry) {
        Proposal proposal = entry.proposal();
        byte[] command = proposal.command();
        room(29 + command.length)
                .put(proposal.opensTerm() ? NEW_TERM : COMMAND)
                .putLong(entry.index())
                .putInt(entry.term())
                .putInt(proposal.origin())
                .putLong(proposal.request())
                .putInt(command.length)
                .put(command);
    }

    /** All entries from an index on are void. */
    void truncated(long from) {
        room(9).put(TRUNCATED).putLong(from);
    }

    /** Everything since the last call. */
    ByteBuffer take() {
        ByteBuffer taken = buffer.flip();
        buffer = ByteBuffer.allocate(START);
        return taken;
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int needed = Math.addExact(buffer.position(), bytes);
            ByteBuffer larger = ByteBuffer.allocate(Math.max(needed, Math.min(buffer.capacity(), 1 << 29) * 2));
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }

    static void read(ByteBuffer bytes, Visitor visitor) {
        while (bytes.hasRemaining()) {
            byte kind = bytes.get();
            switch (kind) {
                case TERM -> visitor.term(bytes.getInt(), bytes.getInt());
                case TRUNCATED -> visitor.truncated(bytes.getLong());
                case COMMAND, NEW_TERM -> visitor.entry(entry(kind, bytes));
                default -> throw new RaftStoreException("a record of unknown kind " + kind + " in an intact frame");
            }
        }
    }

    private static Entry entry(byte kind, ByteBuffer bytes) {
        long index = bytes.getLong();
        int term = bytes.getInt();
        int origin = bytes.getInt();
        long request = bytes.getLong();
        byte[] command = new byte[bytes.getInt()];
        bytes.get(command);
        return new Entry(
                index, term, kind == NEW_TERM ? Proposal.newTerm() : Proposal.command(origin, request, command));
    }
}
