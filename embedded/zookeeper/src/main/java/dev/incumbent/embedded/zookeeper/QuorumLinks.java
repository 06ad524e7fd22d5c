package dev.incumbent.embedded.zookeeper;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * The links between members: for each ordered pair, one proxy to the other's quorum port and one to its election port.
 *
 * <p>A connection made by either side carries bytes both ways, so the bytes that travel from one node to another do so
 * towards the server on the one pair's proxies and towards the client on the other's.
 */
final class QuorumLinks {

    /** The proxies that {@code from} uses to reach {@code to}. */
    private record Link(Node from, Node to, Proxy quorum, Proxy election) {
        List<Proxy> proxies() {
            return List.of(quorum, election);
        }
    }

    private final ProxyLoop loop;
    private final List<Node> nodes;
    private final List<Link> links = new ArrayList<>();

    QuorumLinks(ProxyLoop loop, List<Node> nodes) {
        this.loop = loop;
        this.nodes = nodes;
    }

    void open() {
        for (Node from : nodes) {
            for (Node to : nodes) {
                if (from != to) {
                    Proxy quorum = proxy(from, to, "quorum", to::quorumPort);
                    Proxy election = proxy(from, to, "election", to::electionPort);
                    links.add(new Link(from, to, quorum, election));
                }
            }
        }
    }

    private Proxy proxy(Node from, Node to, String what, IntSupplier port) {
        String name = what + " of node " + from.id() + " to node " + to.id();
        return new Proxy(loop, name, Proxy.Kind.MEMBERS, port, () -> {});
    }

    /** The {@code server.N} lines of the other members as one of them is to see them. */
    Map<String, String> peersOf(Node node) {
        Map<String, String> lines = new LinkedHashMap<>();
        for (Link link : links) {
            if (link.from() == node) {
                lines.put(
                        "server." + link.to().id(),
                        Node.HOST + ":" + link.quorum().port() + ":"
                                + link.election().port());
            }
        }
        return lines;
    }

    void set(Node from, Node to, Flow flow) {
        loop.run(() -> links.forEach(link -> {
            if (link.from() == from && link.to() == to) {
                link.proxies().forEach(proxy -> proxy.set(Direction.TO_SERVER, flow));
            } else if (link.from() == to && link.to() == from) {
                link.proxies().forEach(proxy -> proxy.set(Direction.TO_CLIENT, flow));
            }
        }));
    }

    /** Makes every link as bad as the worse of its ends. On the loop's thread. */
    void impose(Map<Node, Flow> flows) {
        links.forEach(link -> {
            Flow flow = flows.getOrDefault(link.from(), Flow.OPEN).stronger(flows.getOrDefault(link.to(), Flow.OPEN));
            link.proxies().forEach(proxy -> proxy.impose(flow));
        });
    }

    void refuse(Node one, Node other, boolean refuse) {
        loop.run(() -> links.stream()
                .filter(link -> joins(link, one) && joins(link, other))
                .forEach(link -> link.proxies().forEach(proxy -> proxy.refuse(refuse))));
    }

    void heal() {
        loop.run(() -> links.forEach(link -> link.proxies().forEach(proxy -> {
            proxy.refuse(false);
            for (Direction direction : Direction.values()) {
                proxy.set(direction, Flow.OPEN);
            }
        })));
    }

    /** Everything that a node uses to reach others, and others to reach it. */
    List<Proxy> proxiesOf(Node node) {
        return links.stream()
                .filter(link -> joins(link, node))
                .flatMap(link -> link.proxies().stream())
                .toList();
    }

    /** Opens the links that were closed because one end was down, where both ends run. */
    void readmit(Node node) {
        links.stream()
                .filter(link -> joins(link, node)
                        && link.from().isRunning()
                        && link.to().isRunning())
                .forEach(link -> link.proxies().forEach(proxy -> proxy.imposeRefusal(false)));
    }

    private static boolean joins(Link link, Node node) {
        return link.from() == node || link.to() == node;
    }
}
