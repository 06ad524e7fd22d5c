/** What holds across modules: architecture, documentation, and elections under faults on real servers. */
@NullMarked
package dev.incumbent.it;

import org.jspecify.annotations.NullMarked;
