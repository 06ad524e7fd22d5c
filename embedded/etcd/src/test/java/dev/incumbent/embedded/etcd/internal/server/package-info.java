/** The server's parts without sockets, on a node that applies what it is given. */
@NullMarked
package dev.incumbent.embedded.etcd.internal.server;

import org.jspecify.annotations.NullMarked;
