package dev.incumbent.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.fencing.Admission.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FencedResourceTest {

    private final InMemoryFencedStore<List<String>> store = new InMemoryFencedStore<>(new ArrayList<>());

    @Test
    void shouldReadAndWriteWhenOpened() {
        try (FencedResource<List<String>> ledger = FencedResource.open(store, "ledger", token(1))) {
            assertThat(ledger.<Boolean, RuntimeException>write(list -> list.add("settled")))
                    .isTrue();
            assertThat(ledger.<List<String>, RuntimeException>read(List::copyOf))
                    .containsExactly("settled");
            assertThat(ledger.token()).isEqualTo(token(1));
            assertThat(ledger.scope()).isEqualTo(new FenceScope("e", "ledger"));
        }
    }

    @Test
    void shouldTellHolderAndThrowWhenRefusedAsStale() {
        Holder holder = new Holder(token(1));
        FencedResource<List<String>> ledger = FencedResource.open(store, "ledger", holder);
        FencedResource.open(store, "ledger", token(2));

        assertThatThrownBy(() -> ledger.write(list -> list.add("late")))
                .isInstanceOf(StaleTokenException.class)
                .hasMessageContaining("e#1")
                .hasMessageContaining("sealed by e#2")
                .hasMessageContaining("the first try landed and then somebody took over");
        assertThat(holder.fencedBy).containsExactly(Optional.of(token(2)));
    }

    @Test
    void shouldTellHolderWhenOpenIsRefusedAsStale() {
        Holder holder = new Holder(token(1));
        FencedResource.open(store, "ledger", token(2));

        assertThatThrownBy(() -> FencedResource.open(store, "ledger", holder)).isInstanceOf(StaleTokenException.class);
        assertThat(holder.fencedBy).containsExactly(Optional.of(token(2)));
    }

    @Test
    void shouldNotTellHolderWhenRefusedForAnotherReason() {
        Holder holder = new Holder(new FencingToken(new UUID(9, 9), "e", 0, 5));
        FencedResource.open(store, "ledger", token(2));

        assertThatThrownBy(() -> FencedResource.open(store, "ledger", holder))
                .isInstanceOfSatisfying(TokenRefusedException.class, refused -> {
                    assertThat(refused.refusal()).isEqualTo(new Refusal.Foreign(token(2)));
                    assertThat(refused.scope().resource()).isEqualTo("ledger");
                    assertThat(refused.token()).isEqualTo(holder.token());
                });
        assertThat(holder.fencedBy).isEmpty();
    }

    @Test
    void shouldNotTouchStoreWhenHolderHasExpired() {
        Holder holder = new Holder(token(1));
        FencedResource<List<String>> ledger = FencedResource.open(store, "ledger", holder);
        holder.valid = false;

        assertThatThrownBy(() -> ledger.write(list -> list.add("late")))
                .isInstanceOfSatisfying(HolderExpiredException.class, expired -> assertThat(expired.token())
                        .isEqualTo(token(1)));
        assertThatThrownBy(() -> FencedResource.open(store, "other", holder))
                .isInstanceOf(HolderExpiredException.class);
        assertThat(store.admit(new FenceScope("e", "other"), token(1), List::copyOf))
                .isEqualTo(new Refused<>(new Refusal.Unsealed(null)));
    }

    @Test
    void shouldRefuseAccessWhenClosed() {
        FencedResource<List<String>> ledger = FencedResource.open(store, "ledger", token(1));
        ledger.close();
        ledger.close();

        assertThatIllegalStateException().isThrownBy(() -> ledger.read(List::copyOf));
    }

    @Test
    void shouldLetWorkThrowWhatItThrows() {
        FencedResource<List<String>> ledger = FencedResource.open(store, "ledger", token(1));

        assertThatThrownBy(() -> ledger.write(list -> {
                    throw new IOException("disk");
                }))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldSealInOrderOfNamesAndStopAtFirstRefusal() {
        FencedResource.open(store, "b", token(2));

        assertThatThrownBy(() -> FencedResource.openAll(store, List.of("c", "b", "a"), new Holder(token(1))))
                .isInstanceOf(StaleTokenException.class)
                .hasMessageContaining("resource 'b'");
        assertThat(store.seal(new FenceScope("e", "a"), token(1)))
                .isEqualTo(new Admission.Admitted<>(Optional.of(token(1))));
        assertThat(store.seal(new FenceScope("e", "c"), token(1)))
                .isEqualTo(new Admission.Admitted<>(Optional.empty()));
    }

    @Test
    void shouldReturnHandlesByResourceWhenAllAreSealed() {
        Map<String, FencedResource<List<String>>> handles =
                FencedResource.openAll(store, List.of("b", "a"), new Holder(token(1)));

        assertThat(handles.keySet()).containsExactly("a", "b");
    }

    @Test
    void shouldRefuseToSealFromWithinWork() {
        FencedResource<List<String>> ledger = FencedResource.open(store, "ledger", token(1));

        assertThatIllegalStateException()
                .isThrownBy(() -> ledger.write(list -> FencedResource.open(store, "ledger", token(2))));
    }

    private static FencingToken token(long epoch) {
        return new FencingToken(new UUID(1, 2), "e", 0, epoch);
    }

    private static final class Holder implements TokenHolder {
        private final FencingToken token;
        private final List<Optional<FencingToken>> fencedBy = new ArrayList<>();
        private boolean valid = true;

        Holder(FencingToken token) {
            this.token = token;
        }

        @Override
        public FencingToken token() {
            return token;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public void fenced(@Nullable FencingToken highest) {
            fencedBy.add(Optional.ofNullable(highest));
        }
    }
}
