/** What the embedded ensemble promises, shown with plain ZooKeeper handles and with Curator. */
@NullMarked
package dev.incumbent.embedded.zookeeper;

import org.jspecify.annotations.NullMarked;
