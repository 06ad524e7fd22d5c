package dev.incumbent.embedded.consul.internal.store;

import dev.incumbent.embedded.raft.CommandCodec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Commands in the log: a byte that says which, then its fields. */
public final class CommandBytes implements CommandCodec<Command> {

    private static final int TXN = 1;
    private static final int CREATE_SESSION = 2;
    private static final int DESTROY_SESSION = 3;
    private static final int EXPIRE_SESSIONS = 4;
    private static final int REAP_TOMBSTONES = 5;
    private static final int REGISTER_NODE = 6;

    @Override
    public byte[] encode(Command command) {
        return Bytes.write(to -> write(command, to));
    }

    private static void write(Command command, DataOutput to) throws IOException {
        if (command instanceof Command.Txn txn) {
            to.writeByte(TXN);
            to.writeLong(txn.delaysSeen());
            to.writeInt(txn.operations().size());
            for (KvOp op : txn.operations()) {
                Bytes.op(to, op);
            }
        } else if (command instanceof Command.CreateSession create) {
            to.writeByte(CREATE_SESSION);
            Bytes.session(to, create.session());
        } else if (command instanceof Command.DestroySession destroy) {
            to.writeByte(DESTROY_SESSION);
            Bytes.string(to, destroy.id());
        } else if (command instanceof Command.ExpireSessions expire) {
            to.writeByte(EXPIRE_SESSIONS);
            to.writeLong(expire.term());
            Bytes.strings(to, expire.ids());
        } else if (command instanceof Command.ReapTombstones reap) {
            to.writeByte(REAP_TOMBSTONES);
            to.writeLong(reap.upTo());
        } else {
            to.writeByte(REGISTER_NODE);
            Bytes.node(to, ((Command.RegisterNode) command).node());
        }
    }

    @Override
    public Command decode(byte[] bytes) {
        return Bytes.read(bytes, CommandBytes::read);
    }

    private static Command read(DataInput from) throws IOException {
        int kind = from.readByte();
        return switch (kind) {
            case TXN -> {
                long delaysSeen = from.readLong();
                int size = from.readInt();
                List<KvOp> operations = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    operations.add(Bytes.op(from));
                }
                yield new Command.Txn(operations, delaysSeen);
            }
            case CREATE_SESSION -> new Command.CreateSession(Bytes.session(from));
            case DESTROY_SESSION -> new Command.DestroySession(Bytes.string(from));
            case EXPIRE_SESSIONS -> new Command.ExpireSessions(from.readLong(), Bytes.strings(from));
            case REAP_TOMBSTONES -> new Command.ReapTombstones(from.readLong());
            case REGISTER_NODE -> new Command.RegisterNode(Bytes.node(from));
            default ->
                throw new IllegalArgumentException("The log holds a command of a kind that is not known: " + kind);
        };
    }
}
