package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.CodedInputStream;
import dev.incumbent.embedded.etcd.wire.command.Command;
import dev.incumbent.embedded.raft.CommandCodec;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Commands in the log are written as protocol buffers. */
public final class CommandBytes implements CommandCodec<Command> {

    /**
     * A message may be nested 100 deep where it comes in; here it is wrapped into a command. What was accepted there must be
     * readable here, or no member could ever start again.
     */
    private static final int DEEPEST = 200;

    @Override
    public byte[] encode(Command command) {
        return command.toByteArray();
    }

    @Override
    public Command decode(byte[] bytes) {
        try {
            CodedInputStream input = CodedInputStream.newInstance(bytes);
            input.setRecursionLimit(DEEPEST);
            return Command.parseFrom(input);
        } catch (IOException e) {
            throw new UncheckedIOException("The log holds something that is no command", e);
        }
    }
}
