package dev.incumbent.embedded.etcd.differential;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * What a sequence calls things, and what one server calls them.
 *
 * <p>A revision in (0, {@link #ABSOLUTE}) counts from the one at which the sequence began, which is called {@link #START};
 * others are meant as they stand. A lease from {@link #FIRST_PICKED} on is the n-th one whose id the server picked.
 */
final class Symbols {

    static final long START = 1_000;
    static final long ABSOLUTE = 1_000_000;
    static final long FIRST_PICKED = 9_001;

    private static final Set<String> REVISIONS = Set.of(
            "revision",
            "rev",
            "create_revision",
            "mod_revision",
            "start_revision",
            "compact_revision",
            "min_mod_revision",
            "max_mod_revision",
            "min_create_revision",
            "max_create_revision");
    private static final Set<String> LEASES = Set.of("lease", "ID");

    private final long base;
    private final Map<Long, Long> pickedBySymbol = new HashMap<>();
    private final Map<Long, Long> symbolByPicked = new HashMap<>();

    Symbols(long base) {
        this.base = base;
    }

    /** The server picked a lease id; gives it the next symbol. */
    void picked(long lease) {
        long symbol = FIRST_PICKED + pickedBySymbol.size();
        pickedBySymbol.put(symbol, lease);
        symbolByPicked.put(lease, symbol);
    }

    /** From the sequence's words to the server's. */
    <M extends Message> M toServer(M template) {
        return walk(template, this::serverRevision, symbol -> pickedBySymbol.getOrDefault(symbol, symbol));
    }

    /** From the server's words to the sequence's. */
    <M extends Message> M fromServer(M reply) {
        return walk(reply, this::symbolicRevision, lease -> symbolByPicked.getOrDefault(lease, lease));
    }

    private long serverRevision(long symbol) {
        return symbol > 0 && symbol < ABSOLUTE ? symbol - START + base : symbol;
    }

    long symbolicRevision(long revision) {
        return revision > 0 && revision < ABSOLUTE ? revision - base + START : revision;
    }

    @SuppressWarnings("unchecked")
    private static <M extends Message> M walk(M message, LongUnaryOperator revisions, LongUnaryOperator leases) {
        Message.Builder builder = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            Object value = entry.getValue();
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                builder.setField(
                        field,
                        field.isRepeated()
                                ? ((List<Message>) value)
                                        .stream()
                                                .map(part -> walk(part, revisions, leases))
                                                .toList()
                                : walk((Message) value, revisions, leases));
            } else if (REVISIONS.contains(field.getName())) {
                builder.setField(field, revisions.applyAsLong((Long) value));
            } else if (LEASES.contains(field.getName())) {
                builder.setField(field, leases.applyAsLong((Long) value));
            }
        }
        return (M) builder.build();
    }
}
