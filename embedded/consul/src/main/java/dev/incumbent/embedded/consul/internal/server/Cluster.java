package dev.incumbent.embedded.consul.internal.server;

import java.util.List;

/** Who the members are. Any thread. */
public interface Cluster {

    /** Their numbers, from 1 on. */
    List<Integer> numbers();

    /** The name of a member. */
    String name(int number);

    /** The id of a member, a UUID. */
    String id(int number);

    /** Where a member serves HTTP on 127.0.0.1. */
    int port(int number);

    /** Whether a member runs. */
    boolean up(int number);
}
