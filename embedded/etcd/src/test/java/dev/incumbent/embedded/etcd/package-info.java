/** The server as its clients see it, over real sockets, through generated stubs. */
@NullMarked
package dev.incumbent.embedded.etcd;

import org.jspecify.annotations.NullMarked;
