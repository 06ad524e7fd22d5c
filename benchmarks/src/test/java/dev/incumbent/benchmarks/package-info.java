/** Guards on what elections cost the servers: counts, which are exact, and no times, which are not. */
@NullMarked
package dev.incumbent.benchmarks;

import org.jspecify.annotations.NullMarked;
