package dev.incumbent.embedded.raft;

import java.util.concurrent.ScheduledExecutorService;
import java.util.function.ObjIntConsumer;

/** The links between the nodes of a cluster, one for each ordered pair. Everything between nodes goes through here. */
final class Links {

    private final int size;
    private final Link[] links;

    /** @param delivery takes what has arrived, with the receiver's number; must not block */
    Links(int size, ScheduledExecutorService timer, ObjIntConsumer<Message> delivery) {
        this.size = size;
        links = new Link[size * size];
        for (int i = 0; i < links.length; i++) {
            int to = i % size + 1;
            links[i] = new Link(timer, message -> delivery.accept(message, to));
        }
    }

    void send(int from, int to, Message message) {
        link(from, to).send(message);
    }

    Link link(int from, int to) {
        if (from == to) {
            throw new IllegalArgumentException("node " + from + " has no link to itself");
        }
        return links[(check(from) - 1) * size + check(to) - 1];
    }

    void isolate(int number) {
        for (int other = 1; other <= size; other++) {
            if (other != number) {
                link(number, other).cut();
                link(other, number).cut();
            }
        }
    }

    void heal() {
        for (Link link : links) {
            link.heal();
        }
    }

    int check(int number) {
        if (number < 1 || number > size) {
            throw new IllegalArgumentException("no node " + number + " among " + size);
        }
        return number;
    }
}
