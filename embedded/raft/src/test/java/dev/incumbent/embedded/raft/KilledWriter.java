package dev.incumbent.embedded.raft;

import dev.incumbent.embedded.raft.Registers.Command;
import io.microraft.persistence.RaftStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;

/**
 * A process that writes until it is killed, and prints each write once it is acknowledged. Arguments: directory, the number of
 * this process, and whether it is to be broken: then it acknowledges what it has not written.
 */
final class KilledWriter {

    private static final int WRITERS = 8;

    private KilledWriter() {}

    public static void main(String[] arguments) {
        String run = arguments[1];
        boolean broken = Boolean.parseBoolean(arguments[2]);
        Settings.Seams seams = broken
                ? new Settings.Seams(KilledWriter::acknowledgingEarly, Settings.Seams.NONE.reads())
                : Settings.Seams.NONE;
        Story story = Story.of(3, builder -> builder.directory(Path.of(arguments[0]))
                .snapshotEvery(broken ? 100_000 : 100)
                .seams(seams));
        story.settledLeader();
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            new Thread(() -> write(story.node(1 + number % 3), run + "-" + number)).start();
        }
    }

    private static void write(RaftNode<Registers, Command, String> node, String register) {
        for (int i = 1; ; i++) {
            try {
                Story.get(node.submit(Command.put(register, "" + i)));
                System.out.println(register + " " + i);
            } catch (RaftException e) {
                System.err.println(register + " " + i + ": " + e.getMessage());
            }
        }
    }

    /** The mutant: a store whose flush does nothing; only terms and snapshots write what came before them. */
    private static RaftStore acknowledgingEarly(RaftStore store) {
        return (RaftStore) Proxy.newProxyInstance(
                KilledWriter.class.getClassLoader(), new Class<?>[] {RaftStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("flush")) {
                        return null;
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() instanceof IOException cause ? cause : e;
                    }
                });
    }
}
