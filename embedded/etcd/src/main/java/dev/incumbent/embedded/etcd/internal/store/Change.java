package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.KeyValue;
import org.jspecify.annotations.Nullable;

/**
 * One key's change.
 *
 * @param event what watchers are told: type and {@code kv}; without {@code prev_kv}
 * @param previous the key's version before; null if it did not exist, or if that version has been compacted
 */
public record Change(Event event, @Nullable KeyValue previous) {}
