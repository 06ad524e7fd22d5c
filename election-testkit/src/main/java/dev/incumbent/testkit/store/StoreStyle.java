package dev.incumbent.testkit.store;

/**
 * Which coordinator's habits a store has.
 *
 * @param orphansEntries whether an expired session leaves its entries in place without an owner (Consul), instead of taking
 *     them along (etcd, ZooKeeper)
 * @param oneEntryPerSession whether a session has at most one entry in an election, found by the session (etcd), instead of
 *     one for each attempt, found by the attempt's identity (ZooKeeper)
 * @param neverDecisive whether no place in the queue can be judged by the removal of the entry ahead alone
 * @param chainedRenewals whether a renewal takes effect only when the next one arrives (ZooKeeper's followers tell their
 *     leader of a heartbeat late), so that its reply proves the one before it
 */
public record StoreStyle(
        boolean orphansEntries, boolean oneEntryPerSession, boolean neverDecisive, boolean chainedRenewals) {

    /**
     * Entries leave with their session, one for each session and election.
     *
     * @return the style
     */
    public static StoreStyle etcd() {
        return new StoreStyle(false, true, false, false);
    }

    /**
     * Entries leave with their session, one for each attempt; renewals are chained.
     *
     * @return the style
     */
    public static StoreStyle zooKeeper() {
        return new StoreStyle(false, false, false, true);
    }

    /**
     * Entries outlive their session and are removed by those who wait behind them.
     *
     * @return the style
     */
    public static StoreStyle consul() {
        return new StoreStyle(true, false, true, false);
    }
}
