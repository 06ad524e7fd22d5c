package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * A read that can wait for changes.
 *
 * @param scope what it waits for, as things are when it begins to wait
 * @param index of what it reads: it waits while that is not above the index that the client has seen
 * @param content takes from the state what is to be told; written out later, on another thread
 */
record Query(
        Function<ConsulMachine, Scope> scope,
        ToLongFunction<ConsulMachine> index,
        Function<ConsulMachine, Supplier<Response>> content) {

    Query(Scope scope, ToLongFunction<ConsulMachine> index, Function<ConsulMachine, Supplier<Response>> content) {
        this(machine -> scope, index, content);
    }
}
