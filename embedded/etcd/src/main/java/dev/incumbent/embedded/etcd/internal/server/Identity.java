package dev.incumbent.embedded.etcd.internal.server;

import java.util.List;
import java.util.OptionalInt;

/**
 * Who the members are.
 *
 * @param clusterId of the cluster; stays with its data
 * @param memberIds of the members, in the order of their numbers
 */
public record Identity(long clusterId, List<Long> memberIds) {

    /** Checks that the ids are of use to clients, which take zero for "unset". */
    public Identity {
        memberIds = List.copyOf(memberIds);
        if (clusterId == 0 || memberIds.contains(0L)) {
            throw new IllegalArgumentException("ids must not be zero: " + clusterId + ", " + memberIds);
        }
    }

    /** The id of a member, by its number, which begins at 1. */
    public long memberId(int number) {
        return memberIds.get(number - 1);
    }

    OptionalInt number(long memberId) {
        int index = memberIds.indexOf(memberId);
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index + 1);
    }
}
