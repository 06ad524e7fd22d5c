package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import java.time.Duration;

/**
 * How long the holder of an orphaned entry may still believe in itself.
 *
 * <p>What is counted from is that the session is seen to have ended, while its holder counts from a renewal that was confirmed. So
 * no renewal may be confirmed after the end. A leader of Consul that is in office confirms none, and one that was cut off
 * leaves office before the others elect another. Not so one whose process was frozen, or that handed its office over: before it knows it
 * may confirm a renewal that was sent to it after somebody had the session destroyed elsewhere. No wait covers that, since nothing
 * bounds how long it was frozen. Expiry is no such case: it takes twice the time to live from the last renewal, or from the
 * new leader's beginning.
 *
 * @param always whether it is waited for at all
 * @param own the own time to live, for an entry whose value somebody has overwritten
 */
record HolderWait(boolean always, Duration own) {

    /**
     * The time to live that has to pass, from any instant after the session's end.
     *
     * <p>An orphan behind another entry needs none. Its holder takes office only on a view in which its entry is the first
     * and has its session; in every view before it lost that, the entry ahead, which still stands, stood; and none
     * after can show the session again.
     *
     * @param orphan an entry without a session
     * @param first whether it is the first in its queue
     */
    Duration of(GetValue orphan, boolean first) {
        if (!always || !first) {
            return Duration.ZERO;
        }
        return EntryValue.of(orphan).map(EntryValue::holderTtl).orElse(own);
    }
}
