/** Tests of tokens, the rule, the handle and the guard in memory; the guards' contracts are in the test kit. */
@NullMarked
package dev.incumbent.fencing;

import org.jspecify.annotations.NullMarked;
