package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * A lease that exists, as the log knows it: when it ends is the leader's business.
 *
 * @param id not 0
 * @param ttlSeconds what was granted
 * @param grantedIndex index in the log of its grant; tells it from an earlier lease with the same id
 * @param keys the keys attached to it, in order
 */
public record LeaseInfo(long id, long ttlSeconds, long grantedIndex, List<ByteString> keys) {}
