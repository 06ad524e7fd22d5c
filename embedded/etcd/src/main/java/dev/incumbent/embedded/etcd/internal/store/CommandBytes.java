package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.CommandCodec;
import java.io.UncheckedIOException;

/** Commands in the log are written as protocol buffers. */
public final class CommandBytes implements CommandCodec<Command> {

    @Override
    public byte[] encode(Command command) {
        return command.toByteArray();
    }

    @Override
    public Command decode(byte[] bytes) {
        try {
            return Command.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException("The log holds something that is no command", e);
        }
    }
}
