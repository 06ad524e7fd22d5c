package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import java.time.Duration;

/**
 * How long the holder of an orphaned entry may still believe in itself.
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
