/** Runs TLC on the project's TLA+ models: each must hold, and each of its mutants must fail in the way it was made to. */
@NullMarked
package dev.incumbent.model;

import org.jspecify.annotations.NullMarked;
