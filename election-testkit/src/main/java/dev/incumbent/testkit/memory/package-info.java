/**
 * Elections within one process: a coordinator in memory, with real threads and real time, for unit tests of applications
 * and as the plainest example of an adapter.
 */
@NullMarked
package dev.incumbent.testkit.memory;

import org.jspecify.annotations.NullMarked;
