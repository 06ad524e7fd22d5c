package dev.incumbent.testkit.fencing;

import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.Admission.Admitted;
import dev.incumbent.fencing.Admission.Refused;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedWork;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import dev.incumbent.fencing.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Own-entry guards on a {@link FakeCoordinator}; work adds to a batch, which one transaction commits. */
final class FakeCoordinatorHarness implements OwnEntryGuardHarness<List<String>> {

    /** How an own-entry guard can be broken. */
    enum Fault {
        NONE,
        /** Reads the entry, then writes without comparing. */
        CHECK_THEN_ACT,
        /** Is content with any entry under the key, a later term's too. */
        COMPARES_EXISTENCE,
        /** Takes an entry for good for one write only. */
        REFUSES_SECOND_WRITE,
        /** Does not look. */
        ACCEPTS_ALL,
        /** Names some token as the highest, which it cannot know. */
        NAMES_HIGHEST,
        /** Opens without looking whether the entry stands. */
        NO_SEAL
    }

    private static final FenceScope SCOPE = new FenceScope("contract/election", "ledger");
    private static final UUID AUTHORITY = new UUID(0x1234, 0x5678);

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final Set<Long> written = ConcurrentHashMap.newKeySet();
    private final Fault fault;

    FakeCoordinatorHarness(Fault fault) {
        this.fault = fault;
    }

    @Override
    public FenceScope scope() {
        return SCOPE;
    }

    @Override
    public Entry<List<String>> enter(String candidate) {
        FencingToken token = new FencingToken(AUTHORITY, SCOPE.election(), 0, coordinator.create(candidate));
        return new Entry<>(candidate, token, new Guard(candidate, token));
    }

    @Override
    public void remove(Entry<List<String>> entry) {
        coordinator.delete(entry.candidate());
    }

    @Override
    public void append(List<String> store, String entry) {
        store.add(entry);
    }

    @Override
    public List<String> committed() {
        return coordinator.data();
    }

    @Override
    public void close() {
        // Nothing but memory.
    }

    private final class Guard implements FencingGuard<List<String>> {
        private final String key;
        private final FencingToken own;

        Guard(String key, FencingToken own) {
            this.key = key;
            this.own = own;
        }

        @Override
        public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
            Optional<Refusal> refusal = identify(scope, token);
            if (refusal.isPresent()) {
                return new Refused<>(refusal.get());
            }
            boolean stands = coordinator.appendIf(key, fault == Fault.NO_SEAL ? 0 : token.epoch(), List.of());
            return stands ? new Admitted<>(Optional.empty()) : new Refused<>(stale());
        }

        @Override
        public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
                FenceScope scope, @Nullable FencingToken token, FencedWork<? super List<String>, T, X> work) throws X {
            Optional<Refusal> refusal = identify(scope, token);
            if (refusal.isPresent() || token == null) {
                return new Refused<>(refusal.orElseGet(Refusal.Missing::new));
            }
            if (fault == Fault.CHECK_THEN_ACT && coordinator.createdAt(key) != token.epoch()) {
                return new Refused<>(stale());
            }
            List<String> batch = new ArrayList<>();
            T value = work.apply(batch);
            if (fault == Fault.REFUSES_SECOND_WRITE && !written.add(token.epoch())) {
                return new Refused<>(stale());
            }
            return coordinator.appendIf(key, expected(token), batch) ? new Admitted<>(value) : new Refused<>(stale());
        }

        private Optional<Refusal> identify(FenceScope scope, @Nullable FencingToken token) {
            if (token == null) {
                return Optional.of(new Refusal.Missing());
            }
            if (!token.election().equals(scope.election()) || !token.sameScope(own)) {
                return Optional.of(new Refusal.Foreign(null));
            }
            return Optional.empty();
        }

        private long expected(FencingToken token) {
            return switch (fault) {
                case CHECK_THEN_ACT, ACCEPTS_ALL -> 0;
                case COMPARES_EXISTENCE -> Math.max(1, coordinator.createdAt(key));
                default -> token.epoch();
            };
        }

        private Refusal stale() {
            return new Refusal.Stale(fault == Fault.NAMES_HIGHEST ? own : null);
        }
    }
}
