package dev.incumbent.election.zookeeper;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The name of a candidate's node: {@code _c_<uuid>-latch-<sequence>}, as Curator's {@code LeaderLatch} writes it.
 *
 * <p>Older members may lack the {@code _c_<uuid>-} part; whatever lies before {@code latch-} does not count in the order.
 *
 * @param name the whole name
 * @param sequence the number that ZooKeeper appended
 * @param attempt the identity of the attempt that made it, null if it bears none
 */
record NodeName(String name, int sequence, @Nullable UUID attempt) {

    /**
     * From here on nobody new is let in. ZooKeeper's counter sticks at 2^31-1, and entries of one number would have to be
     * told apart by transaction; the distance lets those come in whose request is already on its way.
     */
    static final int LAST_USABLE = Integer.MAX_VALUE - 1_000_000;

    /** From here on operators are warned: about 147 million entries are left. */
    static final int WARN_FROM = 2_000_000_000;

    private static final String PROTECTED = "_c_";
    private static final String LATCH = "latch-";
    private static final int UUID_LENGTH = 36;

    static String prefix(UUID attempt) {
        return PROTECTED + attempt + "-" + LATCH;
    }

    static Optional<NodeName> parse(String name) {
        int latch = name.lastIndexOf(LATCH);
        if (latch < 0) {
            return Optional.empty();
        }
        try {
            int sequence = Integer.parseInt(name.substring(latch + LATCH.length()));
            return Optional.of(new NodeName(name, sequence, attemptOf(name)));
        } catch (NumberFormatException foreign) {
            return Optional.empty();
        }
    }

    private static @Nullable UUID attemptOf(String name) {
        int end = PROTECTED.length() + UUID_LENGTH;
        if (!name.startsWith(PROTECTED) || name.length() < end) {
            return null;
        }
        try {
            return UUID.fromString(name.substring(PROTECTED.length(), end));
        } catch (IllegalArgumentException foreign) {
            return null;
        }
    }
}
