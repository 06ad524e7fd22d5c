package dev.incumbent.embedded.consul.internal.store;

import java.util.Arrays;
import java.util.List;

/** A machine with a log of its own. */
final class Machine {

    static final String NODE = "server";

    final ConsulMachine state = new ConsulMachine();
    private final CommandBytes codec = new CommandBytes();
    long index;
    long term = 1;

    Machine() {
        apply(new Command.RegisterNode(Node.of(NODE, "id", 8500, true)));
    }

    /** Through the log's bytes, as in a cluster. */
    Reply apply(Command command) {
        return state.apply(++index, term, codec.decode(codec.encode(command)));
    }

    Reply txn(KvOp... operations) {
        return apply(new Command.Txn(List.of(operations), Long.MAX_VALUE));
    }

    /** What a single request answers. */
    boolean does(KvOp operation) {
        Reply reply = txn(operation);
        if (reply instanceof Reply.Errors errors && !errors.errors().get(0).condition()) {
            throw new IllegalArgumentException(errors.errors().get(0).what());
        }
        return reply instanceof Reply.Results;
    }

    String session(String seed, boolean deletes, long lockDelayNanos, String... checks) {
        String id = id(seed);
        Reply reply = apply(new Command.CreateSession(
                new Session(id, "", NODE, lockDelayNanos, deletes, "", 0, Arrays.asList(checks), null, 0)));
        if (reply instanceof Reply.Refused refused) {
            throw new IllegalArgumentException(refused.what());
        }
        return id;
    }

    static String id(String seed) {
        return String.format("%08x-0000-0000-0000-000000000000", seed.hashCode());
    }

    Entry entry(String key) {
        return state.entry(key).orElseThrow();
    }

    static KvOp set(String key, String value) {
        return new KvOp("set", key, value, 0, "", 0);
    }

    static KvOp cas(String key, String value, long expected) {
        return new KvOp("cas", key, value, 0, "", expected);
    }

    static KvOp lock(String key, String session) {
        return new KvOp("lock", key, "", 0, session, 0);
    }

    static KvOp unlock(String key, String session) {
        return new KvOp("unlock", key, "", 0, session, 0);
    }

    static KvOp deleteCas(String key, long expected) {
        return new KvOp("delete-cas", key, "", 0, "", expected);
    }
}
