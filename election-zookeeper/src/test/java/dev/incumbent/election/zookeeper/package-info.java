/** Tests of the ZooKeeper adapter, on real servers behind proxies. */
@NullMarked
package dev.incumbent.election.zookeeper;

import org.jspecify.annotations.NullMarked;
