/**
 * What a Consul server replicates, as a pure function of its commands: keys with their tombstones, sessions, and the nodes that
 * sessions belong to.
 *
 * <p>Consul's keys and values are bytes. Here they are strings of one character for each byte (ISO 8859-1): their natural order
 * and their prefixes are those of the bytes, they are immutable, and they take a byte for a byte.
 */
@NullMarked
package dev.incumbent.embedded.consul.internal.store;

import org.jspecify.annotations.NullMarked;
