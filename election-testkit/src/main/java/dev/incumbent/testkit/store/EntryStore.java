package dev.incumbent.testkit.store;

import dev.incumbent.election.CandidateId;
import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.Ack;
import dev.incumbent.election.spi.EnrolRequest;
import dev.incumbent.election.spi.Enrolment;
import dev.incumbent.election.spi.Entry;
import dev.incumbent.election.spi.GuardedOp;
import dev.incumbent.election.spi.Outcome;
import dev.incumbent.election.spi.Refusal;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Entries owned by sessions and ordered by commit: the shape that all coordinators share, as one state machine.
 *
 * <p>Each method is one atomic step. Not thread-safe: the caller serialises. Times are nanoseconds on the store's own clock.
 */
public final class EntryStore {

    private final StoreStyle style;
    private final StoreListener listener;
    private final Map<SessionId, Session> sessions = new LinkedHashMap<>();
    private final NavigableMap<String, NavigableMap<Long, StoredEntry>> queues = new TreeMap<>();
    private final Map<String, byte[]> data = new HashMap<>();
    private Generation generation;
    private long revision;
    private long sessionsOpened;

    /** A session's standing with the store. */
    private static final class Session {
        final Duration ttl;
        long expiresAt;

        @Nullable
        Long heardOfAt;

        Session(Duration ttl, long now) {
            this.ttl = ttl;
            this.expiresAt = now + ttl.toNanos();
        }
    }

    /**
     * An empty store of generation 0.
     *
     * @param style its habits
     * @param authority its name
     * @param listener told of changes
     */
    public EntryStore(StoreStyle style, UUID authority, StoreListener listener) {
        this.style = style;
        this.listener = listener;
        this.generation = new Generation(authority, 0);
    }

    /**
     * The habits.
     *
     * @return the style
     */
    public StoreStyle style() {
        return style;
    }

    /**
     * How many changes were committed.
     *
     * @return the number
     */
    public long commits() {
        return revision;
    }

    // ---- sessions

    /**
     * Opens a session.
     *
     * @param ttl its time to live
     * @param now the store's clock
     * @return its name
     */
    public SessionId openSession(Duration ttl, long now) {
        revision++;
        SessionId id = new SessionId("session-" + ++sessionsOpened);
        sessions.put(id, new Session(ttl, now));
        return id;
    }

    /**
     * Renews a session.
     *
     * @param id which
     * @param now the store's clock
     * @return done, or refused if it is gone
     */
    public Outcome<Ack> renew(SessionId id, long now) {
        Session session = sessions.get(id);
        if (session == null) {
            return sessionGone(id);
        }
        if (style.chainedRenewals()) {
            if (session.heardOfAt != null) {
                session.expiresAt = Math.max(session.expiresAt, session.heardOfAt + session.ttl.toNanos());
            }
            session.heardOfAt = now;
        } else {
            session.expiresAt = now + session.ttl.toNanos();
        }
        return done();
    }

    /**
     * Ends a session and removes its entries, at its owner's request.
     *
     * @param id which
     * @return done, also if it was gone
     */
    public Outcome<Ack> closeSession(SessionId id) {
        if (sessions.containsKey(id)) {
            end(id, Hand.OWNER);
        }
        return done();
    }

    /**
     * Ends a session as the store or an operator does: its entries go, or stay as orphans.
     *
     * @param id which
     * @param by who
     * @return whether it was there
     */
    public boolean expire(SessionId id, Hand by) {
        boolean stood = sessions.containsKey(id);
        if (stood) {
            end(id, by);
        }
        return stood;
    }

    /**
     * Ends every session whose time is over.
     *
     * @param now the store's clock
     */
    public void expireDue(long now) {
        List<SessionId> due = new ArrayList<>();
        sessions.forEach((id, session) -> {
            if (session.expiresAt - now <= 0) {
                due.add(id);
            }
        });
        due.forEach(id -> end(id, Hand.EXPIRY));
    }

    /**
     * When the next session's time is over, as far as is known.
     *
     * @return the instant, empty without sessions
     */
    public OptionalLong nextExpiry() {
        return sessions.values().stream()
                .mapToLong(session -> session.expiresAt)
                .min();
    }

    /**
     * Starts every session's time anew, as a new leader of the coordinator does; what its predecessor had only heard of is
     * forgotten.
     *
     * @param now the store's clock
     */
    public void failOver(long now) {
        sessions.values().forEach(session -> {
            session.expiresAt = Math.max(session.expiresAt, now + session.ttl.toNanos());
            session.heardOfAt = null;
        });
    }

    /**
     * Whether a session is open.
     *
     * @param id which
     * @return true if it is
     */
    public boolean isOpen(SessionId id) {
        return sessions.containsKey(id);
    }

    private void end(SessionId id, Hand by) {
        revision++;
        sessions.remove(id);
        listener.onChange(new StoreChange.SessionEnded(id, by));
        for (StoredEntry entry : entriesOf(id)) {
            if (style.orphansEntries() && by != Hand.OWNER) {
                StoredEntry orphan = entry.orphan();
                queue(entry.entry().election()).put(entry.entry().epoch(), orphan);
                listener.onChange(new StoreChange.Orphaned(orphan));
            } else {
                remove(entry, by);
            }
        }
    }

    // ---- entries

    /**
     * Makes an entry, or returns the one that this session has already where the style allows one only.
     *
     * @param request who and where
     * @return the entry and its place
     */
    public Outcome<Enrolment> enrol(EnrolRequest request) {
        Session session = sessions.get(request.session());
        if (session == null) {
            return sessionGone(request.session());
        }
        if (!request.generation().equals(generation)) {
            return new Outcome.Refused<>(
                    Refusal.GENERATION_CHANGED, "the generation is " + generation + ", not " + request.generation());
        }
        Optional<StoredEntry> standing = style.oneEntryPerSession() ? find(request) : Optional.empty();
        StoredEntry entry = standing.orElseGet(() -> add(request, session.ttl));
        return new Outcome.Done<>(enrolment(entry));
    }

    private StoredEntry add(EnrolRequest request, Duration ttl) {
        revision++;
        String key = request.election() + "/"
                + (style.oneEntryPerSession() ? request.session() : request.attempt() + "-" + revision);
        Entry entry = new Entry(request.election(), request.session(), key, revision, generation);
        StoredEntry stored = new StoredEntry(
                entry, request.attempt(), request.candidate(), request.payload().clone(), ttl, false);
        queue(request.election()).put(revision, stored);
        listener.onChange(new StoreChange.Added(stored));
        return stored;
    }

    /**
     * Finds the entry that a request made.
     *
     * @param request the request
     * @return the entry and its place, or empty
     */
    public Outcome<Optional<Enrolment>> findOwn(EnrolRequest request) {
        return new Outcome.Done<>(find(request).map(this::enrolment));
    }

    private Optional<StoredEntry> find(EnrolRequest request) {
        return queue(request.election()).values().stream()
                .filter(stored -> !stored.orphaned() && stored.entry().session().equals(request.session()))
                .filter(stored -> style.oneEntryPerSession() || stored.attempt().equals(request.attempt()))
                .findFirst();
    }

    /**
     * An entry's place.
     *
     * @param own the entry
     * @return its place
     */
    public Standing standing(Entry own) {
        if (stored(own) == null) {
            return new Standing.Gone();
        }
        if (!own.generation().equals(generation)) {
            return new Standing.Superseded(generation);
        }
        NavigableMap<Long, StoredEntry> queue = queue(own.election());
        Map.Entry<Long, StoredEntry> ahead = queue.lowerEntry(own.epoch());
        if (ahead == null) {
            return new Standing.Head();
        }
        StoredEntry predecessor = ahead.getValue();
        if (predecessor.orphaned()) {
            return new Standing.BehindOrphan(predecessor.name(), predecessor.holderTtl());
        }
        boolean first = queue.firstKey().equals(ahead.getKey());
        return new Standing.Behind(predecessor.name(), first && !style.neverDecisive());
    }

    /**
     * What a follower must be told at once, because it happened before its stream began.
     *
     * @param own the followed entry
     * @param predecessor the name of the entry ahead, as the follower saw it
     * @return the changes, in the order in which they matter
     */
    public List<StoreChange> missed(Entry own, Optional<String> predecessor) {
        if (stored(own) == null) {
            return List.of(new StoreChange.Removed(former(own), Hand.OPERATOR));
        }
        if (predecessor.isEmpty()) {
            return List.of();
        }
        String name = predecessor.get();
        Optional<StoredEntry> ahead = byName(own.election(), name);
        if (ahead.isPresent()) {
            return ahead.get().orphaned() ? List.of(new StoreChange.Orphaned(ahead.get())) : List.of();
        }
        int at = name.lastIndexOf('@');
        long epoch = Long.parseLong(name.substring(at + 1));
        Entry gone = new Entry(own.election(), own.session(), name.substring(0, at), epoch, own.generation());
        return List.of(new StoreChange.Removed(former(gone), Hand.OWNER));
    }

    /** Stands for an entry of which nothing is left but its name. */
    private static StoredEntry former(Entry entry) {
        return new StoredEntry(entry, new UUID(0, 0), new CandidateId("former"), new byte[0], Duration.ZERO, true);
    }

    /**
     * Removes an entry at its owner's request, if it is still the same.
     *
     * @param own the entry
     * @return done, also if it was gone
     */
    public Outcome<Ack> withdraw(Entry own) {
        StoredEntry stored = queue(own.election()).get(own.epoch());
        if (stored != null) {
            revision++;
            remove(stored, Hand.OWNER);
        }
        return done();
    }

    /**
     * Removes an entry as an operator does.
     *
     * @param entry the entry
     * @return whether it stood
     */
    public boolean delete(Entry entry) {
        StoredEntry stored = queue(entry.election()).get(entry.epoch());
        if (stored == null) {
            return false;
        }
        revision++;
        remove(stored, Hand.OPERATOR);
        return true;
    }

    /**
     * Removes an orphan.
     *
     * @param waiting the entry behind it
     * @param orphan the orphan's name
     * @return done if it does not stand any more
     */
    public Outcome<Ack> removeOrphan(Entry waiting, String orphan) {
        Optional<StoredEntry> found = byName(waiting.election(), orphan);
        if (found.isPresent()) {
            if (!found.get().orphaned()) {
                return new Outcome.Refused<>(Refusal.INVALID, orphan + " has a session");
            }
            revision++;
            remove(found.get(), Hand.SUCCESSOR);
        }
        return done();
    }

    /**
     * Lists a session's entries.
     *
     * @param session which
     * @return its entries in all elections
     */
    public Outcome<List<Entry>> ownEntries(SessionId session) {
        return new Outcome.Done<>(
                entriesOf(session).stream().map(StoredEntry::entry).toList());
    }

    /**
     * Replaces a payload.
     *
     * @param own the entry
     * @param payload the new payload
     * @return done, or refused if the entry does not stand
     */
    public Outcome<Ack> updatePayload(Entry own, byte[] payload) {
        StoredEntry stored = stored(own);
        if (stored == null) {
            return entryGone(own);
        }
        revision++;
        StoredEntry changed = stored.withPayload(payload);
        queue(own.election()).put(own.epoch(), changed);
        listener.onChange(new StoreChange.PayloadChanged(changed));
        return done();
    }

    /**
     * Lists a queue.
     *
     * @param election its name
     * @return the candidates in order
     */
    public List<CandidateInfo> list(String election) {
        return queue(election).values().stream().map(StoredEntry::info).toList();
    }

    /**
     * The entries of a queue as the store holds them.
     *
     * @param election its name
     * @return the entries in order
     */
    public List<StoredEntry> entries(String election) {
        return List.copyOf(queue(election).values());
    }

    /**
     * The first in a queue.
     *
     * @param election its name
     * @return the candidate, or empty
     */
    public Optional<CandidateInfo> head(String election) {
        Map.Entry<Long, StoredEntry> first = queue(election).firstEntry();
        return first == null ? Optional.empty() : Optional.of(first.getValue().info());
    }

    /**
     * Writes data while an entry stands.
     *
     * @param own the entry
     * @param ops the changes
     * @return done, or refused if the entry does not stand
     */
    public Outcome<Ack> guardedWrite(Entry own, List<GuardedOp> ops) {
        if (stored(own) == null) {
            return entryGone(own);
        }
        revision++;
        for (GuardedOp op : ops) {
            if (op instanceof GuardedOp.Put put) {
                data.put(put.key(), put.value().clone());
            } else if (op instanceof GuardedOp.Delete delete) {
                data.remove(delete.key());
            }
        }
        return done();
    }

    /**
     * Reads data.
     *
     * @param key its key
     * @return a copy, or empty
     */
    public Optional<byte[]> data(String key) {
        return Optional.ofNullable(data.get(key)).map(byte[]::clone);
    }

    // ---- generation

    /**
     * The generation record.
     *
     * @return the record
     */
    public Generation generation() {
        return generation;
    }

    /**
     * Raises the generation and leaves the entries for {@link #removeOneSuperseded()}.
     *
     * @param authority the new authority, if any
     * @param atLeast the least new number
     * @return the record now
     */
    public Generation raise(Optional<UUID> authority, long atLeast) {
        revision++;
        generation =
                new Generation(authority.orElse(generation.authority()), Math.max(generation.number() + 1, atLeast));
        listener.onChange(new StoreChange.GenerationRaised(generation));
        return generation;
    }

    /**
     * Removes the last entry of some queue that an older generation made: waiters before their predecessors.
     *
     * @return false if there was none
     */
    public boolean removeOneSuperseded() {
        for (NavigableMap<Long, StoredEntry> queue : queues.values()) {
            for (StoredEntry stored : queue.descendingMap().values()) {
                if (!stored.entry().generation().equals(generation)) {
                    revision++;
                    remove(stored, Hand.RAISE);
                    return true;
                }
            }
        }
        return false;
    }

    // ---- parts

    private void remove(StoredEntry stored, Hand by) {
        queue(stored.entry().election()).remove(stored.entry().epoch());
        listener.onChange(new StoreChange.Removed(stored, by));
    }

    private NavigableMap<Long, StoredEntry> queue(String election) {
        return queues.computeIfAbsent(election, name -> new TreeMap<>());
    }

    private @Nullable StoredEntry stored(Entry own) {
        StoredEntry stored = queue(own.election()).get(own.epoch());
        return stored == null || stored.orphaned() || !stored.entry().equals(own) ? null : stored;
    }

    private Optional<StoredEntry> byName(String election, String name) {
        return queue(election).values().stream()
                .filter(stored -> stored.name().equals(name))
                .findFirst();
    }

    private List<StoredEntry> entriesOf(SessionId session) {
        List<StoredEntry> found = new ArrayList<>();
        queues.values().forEach(queue -> queue.values().stream()
                .filter(stored -> !stored.orphaned() && stored.entry().session().equals(session))
                .forEach(found::add));
        Collections.reverse(found);
        return found;
    }

    private Enrolment enrolment(StoredEntry stored) {
        return new Enrolment(stored.entry(), standing(stored.entry()));
    }

    private static Outcome<Ack> done() {
        return new Outcome.Done<>(Ack.ACK);
    }

    private static <T> Outcome<T> sessionGone(SessionId id) {
        return new Outcome.Refused<>(Refusal.SESSION_GONE, "session " + id + " does not exist");
    }

    private static <T> Outcome<T> entryGone(Entry own) {
        return new Outcome.Refused<>(Refusal.ENTRY_GONE, "entry " + own.key() + " does not stand");
    }
}
