package dev.incumbent.election.spi;

import dev.incumbent.election.CandidateInfo;
import java.util.Optional;

/** Where an adapter reports who stands first. Calls come one after the other, from any thread, and return at once. */
public interface ObservationSink {

    /**
     * Who stands first now; reported once at the start, then on every change. Quick changes may be reported as the last.
     *
     * @param head the first candidate, or empty if nobody stands
     */
    void head(Optional<CandidateInfo> head);

    /**
     * The stream was interrupted; nothing more comes. The core observes anew.
     *
     * @param reason what was seen
     */
    void broken(String reason);
}
