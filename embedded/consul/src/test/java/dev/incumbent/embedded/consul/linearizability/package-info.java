/** Histories of concurrent clients of three nodes while faults come and go, checked for linearizability. */
@NullMarked
package dev.incumbent.embedded.consul.linearizability;

import org.jspecify.annotations.NullMarked;
