/**
 * Histories of concurrent clients of three etcd nodes while faults come and go, checked for linearizability: the embedded
 * server's in every build, real etcd's where it is installed, which also tells whether the checker is to be believed.
 */
@NullMarked
package dev.incumbent.embedded.etcd.linearizability;

import org.jspecify.annotations.NullMarked;
