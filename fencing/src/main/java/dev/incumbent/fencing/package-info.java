/**
 * Fencing tokens, and the guards that check them where the data lives.
 *
 * <p>A leader that was paused, cut off or slow may write after its successor has begun, however good the election. What
 * stops it is the store: it remembers the highest token that was <em>sealed</em> for a resource and lets pass only
 * writes with exactly that token. A lower one is stale; a higher one has to seal first.
 *
 * <h2>In short</h2>
 * <ol>
 *   <li>Choose a guard, in the store that holds the data: {@link dev.incumbent.fencing.InMemoryFencedStore}, {@code
 *       JdbcGuard} for SQL databases, or one of a coordinator's adapter.
 *   <li>On taking office {@linkplain dev.incumbent.fencing.FencedResource#open open} every resource that the leader
 *       owns, before the first read. Opening seals: from then on older leaders are shut out, and what is read is what
 *       they left.
 *   <li>Read and write through the handle only. It presents the token; no number passes through the application.
 *   <li>Treat {@link dev.incumbent.fencing.StaleTokenException} as the end of the leadership. After a retry it can also
 *       mean that the first try landed; where that matters, store an idempotency key with the write.
 * </ol>
 *
 * <h2>Words</h2>
 * A {@link dev.incumbent.fencing.FencingToken token} numbers a leadership. A {@linkplain dev.incumbent.fencing.FenceScope
 * scope} is a resource and the election that guards it. A scope's <em>mark</em> is the highest token that sealed it;
 * {@link dev.incumbent.fencing.MarkRule} is the rule that compares.
 *
 * <h2>For those who write a guard</h2>
 * Check and write in one atomic step of the store that holds the data; lock first and read the mark in a second
 * statement; make the seal durable before it returns. A store that is asked first and written afterwards is not fenced,
 * and a filter in front of it is not a fence. The test kit has the contract, {@code MarkGuardContractTest} for guards
 * with a mark and {@code OwnEntryGuardContractTest} for guards by the own entry in a coordinator.
 *
 * <p>The package knows nothing of elections: a token is four values that somebody elected handed out. Its own
 * exceptions extend {@link dev.incumbent.fencing.FencingException}. The idea of the fencing token is told by Martin
 * Kleppmann, "How to do distributed locking" (2016); sealing before the first read is what the sketch there leaves out.
 */
@NullMarked
package dev.incumbent.fencing;

import org.jspecify.annotations.NullMarked;
