/**
 * Fencing tokens, and the guards that check them where the data lives.
 *
 * <p>The package knows nothing of elections: a token is four values that somebody elected handed out.
 */
@NullMarked
package dev.incumbent.fencing;

import org.jspecify.annotations.NullMarked;
