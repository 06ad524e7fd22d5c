package dev.incumbent.embedded.etcd.internal.store;

import java.util.List;

/**
 * Everything that one revision changed.
 *
 * @param revision its number
 * @param changes in the order in which they were made; at least one
 */
public record Revision(long revision, List<Change> changes) {}
