/** What the members of embedded clusters have alike, whatever protocol they speak: connections, ports, threads, patience. */
@NullMarked
package dev.incumbent.embedded.members;

import org.jspecify.annotations.NullMarked;
