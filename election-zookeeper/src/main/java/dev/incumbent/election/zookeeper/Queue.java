package dev.incumbent.election.zookeeper;

import dev.incumbent.election.spi.Standing;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The members of one election in their order.
 *
 * @param parent the path of the election's node
 * @param members first in line first
 */
record Queue(String parent, List<NodeName> members) {

    private static final Comparator<NodeName> BY_SEQUENCE = Comparator.comparingInt(NodeName::sequence);

    static Queue of(String parent, Collection<String> children) {
        return new Queue(
                parent,
                children.stream()
                        .flatMap(child -> NodeName.parse(child).stream())
                        .sorted(BY_SEQUENCE)
                        .toList());
    }

    /**
     * Whether the sequence numbers do not give the order: some are equal, or the counter ran over. Then the transactions
     * do, see {@link #byTransaction}.
     */
    boolean isAmbiguous() {
        long distinct = members.stream().mapToInt(NodeName::sequence).distinct().count();
        return distinct < members.size() || members.stream().anyMatch(member -> member.sequence() < 0);
    }

    /** Orders by the transaction that made each node; nodes without one have gone meanwhile and are left out. */
    Queue byTransaction(Map<String, Long> czxidByName) {
        return new Queue(
                parent,
                members.stream()
                        .filter(member -> czxidByName.containsKey(member.name()))
                        .sorted(Comparator.comparingLong(member -> czxidByName.getOrDefault(member.name(), 0L)))
                        .toList());
    }

    String path(NodeName member) {
        return parent + "/" + member.name();
    }

    Optional<NodeName> head() {
        return members.stream().findFirst();
    }

    Optional<NodeName> of(UUID attempt) {
        return members.stream()
                .filter(member -> attempt.equals(member.attempt()))
                .findFirst();
    }

    /** Where the node with this path stands. A lone predecessor decides: no lower node can come into being any more. */
    Standing standing(String ownPath) {
        for (int i = 0; i < members.size(); i++) {
            if (path(members.get(i)).equals(ownPath)) {
                return i == 0 ? new Standing.Head() : new Standing.Behind(path(members.get(i - 1)), i == 1);
            }
        }
        return new Standing.Gone();
    }
}
