/**
 * A checker for histories of concurrent clients: could one copy of the object, doing one operation at a time, have given
 * these answers?
 *
 * <p>{@link dev.incumbent.testkit.linearizability.HistoryRecorder} takes a history down,
 * {@link dev.incumbent.testkit.linearizability.Linearizability} judges it against a
 * {@link dev.incumbent.testkit.linearizability.Model}, {@link dev.incumbent.testkit.linearizability.VersionedRegister} is
 * the model of one key in a store that numbers its writes, and {@link dev.incumbent.testkit.linearizability.RevisionOrder}
 * holds those numbers against real time, over all keys.
 *
 * <p>The search is Wing and Gong's (Testing and verifying concurrent objects, JPDC 17, 1993) with Lowe's memory of
 * configurations already seen (Testing for linearizability, CCPE 29(4), 2017). Histories are checked key by key, which is
 * enough since linearizability is local (Herlihy and Wing, TOPLAS 12(3), 1990; Horn and Kroening, Faster linearizability
 * checking via P-compositionality, FORTE 2015).
 */
@NullMarked
package dev.incumbent.testkit.linearizability;

import org.jspecify.annotations.NullMarked;
