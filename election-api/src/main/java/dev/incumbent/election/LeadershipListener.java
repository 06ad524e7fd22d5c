package dev.incumbent.election;

/**
 * Told of a candidacy's terms in office.
 *
 * <p>Calls come one after the other on the callback executor, never under a lock. {@code elected} and {@code revoked} come
 * exactly once per leadership; {@code suspect} and {@code recovered} may repeat between them, and may be left out where
 * the next one has already overtaken them. What a listener throws is logged and changes nothing. The entry is
 * released only after {@code revoked} has returned (bounded by {@link CampaignOptions#drainTimeout()}), so a listener
 * that stops its work there hands over a quiet resource (S5).
 *
 * <p>A slow listener delays its own candidacy only.
 */
public interface LeadershipListener {

    /**
     * A term began.
     *
     * @param leadership the term; it may already have ended when a slow listener gets here, so ask it
     */
    default void elected(Leadership leadership) {}

    /**
     * Validity is in doubt: renewals fail before the deadline, or a clock leapt. Start nothing new; do not panic.
     *
     * @param leadership the term
     * @param reason what is wrong, for the log
     */
    default void suspect(Leadership leadership, String reason) {}

    /**
     * The doubt was resolved in favour of this term.
     *
     * @param leadership the term
     */
    default void recovered(Leadership leadership) {}

    /**
     * The term ended; {@code leadership.isValid()} is false already. Stop the work before returning.
     *
     * @param leadership the term
     * @param cause why it ended
     */
    default void revoked(Leadership leadership, RevocationCause cause) {}
}
