package dev.incumbent.embedded.consul.internal.store;

import java.util.Collection;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The catalog's nodes, by name, whose case does not matter. */
final class NodeTable {

    private final NavigableMap<String, Node> nodes = new TreeMap<>();

    @Nullable
    Node get(String name) {
        return nodes.get(name.toLowerCase(Locale.ROOT));
    }

    /** Registers a node, or changes it; an equal one is left alone. */
    void put(Node node, long index) {
        Node before = get(node.name());
        if (before != null && before.isTheSameAs(node)) {
            return;
        }
        boolean checkStays = before != null && before.passing() == node.passing();
        boolean restStays = before != null && before.id().equals(node.id()) && before.port() == node.port();
        restore(new Node(
                node.name(),
                node.id(),
                node.port(),
                node.passing(),
                before == null ? index : before.createIndex(),
                before != null && restStays ? before.modifyIndex() : index,
                before != null && checkStays ? before.checkIndex() : index));
    }

    /** For snapshots. */
    void restore(Node node) {
        nodes.put(node.name().toLowerCase(Locale.ROOT), node);
    }

    /** In the order of their names. A view. */
    Collection<Node> all() {
        return nodes.values();
    }

    /** The last change of a node. */
    long index() {
        return nodes.values().stream().mapToLong(Node::modifyIndex).max().orElse(0);
    }

    /** The last change of a check. */
    long checkIndex() {
        return nodes.values().stream().mapToLong(Node::checkIndex).max().orElse(0);
    }
}
