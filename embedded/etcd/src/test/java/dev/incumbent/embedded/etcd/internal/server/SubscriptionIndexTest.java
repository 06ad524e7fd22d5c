package dev.incumbent.embedded.etcd.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.incumbent.embedded.etcd.internal.store.Change;
import dev.incumbent.embedded.etcd.internal.store.EtcdMachine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SubscriptionIndexTest {

    private record Subscriber(KeyRange range, int number) implements Subscription {
        @Override
        public void changed(EtcdMachine machine, long revision, List<Change> changes) {}

        @Override
        public void skipped(EtcdMachine machine) {}
    }

    /** Few letters, the largest byte among them, so that prefixes meet and ends carry over. */
    private static ByteString key(Random random, int atLeast) {
        byte[] key = new byte[atLeast + random.nextInt(4)];
        for (int i = 0; i < key.length; i++) {
            key[i] = new byte[] {0, 'a', 'b', (byte) 0xff}[random.nextInt(4)];
        }
        return ByteString.copyFrom(key);
    }

    private static KeyRange range(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> KeyRange.of(key(random, 1));
            case 1 -> KeyRange.prefix(key(random, 0));
            case 2 -> new KeyRange(key(random, 1), ByteString.copyFrom(new byte[1]));
            default -> new KeyRange(key(random, 1), key(random, 1));
        };
    }

    @RepeatedTest(5)
    void shouldFindExactlyThoseWhoseRangeHasTheKey() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        SubscriptionIndex<Subscriber> index = new SubscriptionIndex<>();
        List<Subscriber> present = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            if (!present.isEmpty() && random.nextInt(3) == 0) {
                Subscriber gone = present.remove(random.nextInt(present.size()));
                index.remove(gone);
                index.remove(gone);
            } else {
                Subscriber added = new Subscriber(range(random), step);
                present.add(added);
                index.add(added);
                index.add(added);
            }
            ByteString key = key(random, 1);
            Set<Subscriber> found = new HashSet<>();
            index.matching(key, subscriber -> assertThat(found.add(subscriber))
                    .as("once, seed %s", seed)
                    .isTrue());
            assertThat(found)
                    .as("seed %s", seed)
                    .isEqualTo(new HashSet<>(present.stream()
                            .filter(subscriber -> subscriber.range().contains(key))
                            .toList()));
            assertThat(index.size()).as("seed %s", seed).isEqualTo(present.size());
        }
        assertThat(index.all()).as("seed %s", seed).containsExactlyInAnyOrderElementsOf(present);
    }

    @Test
    void shouldReadRangesAsEtcdDoes() {
        ByteString a = ByteString.copyFromUtf8("a");
        ByteString ab = ByteString.copyFromUtf8("ab");
        ByteString b = ByteString.copyFromUtf8("b");
        ByteString zero = ByteString.copyFrom(new byte[1]);
        assertThat(KeyRange.of(a).contains(a)).isTrue();
        assertThat(KeyRange.of(a).contains(ab)).isFalse();
        assertThat(new KeyRange(a, b).contains(ab)).isTrue();
        assertThat(new KeyRange(a, b).contains(b)).isFalse();
        assertThat(new KeyRange(ab, zero).contains(b)).isTrue();
        assertThat(new KeyRange(ab, zero).contains(a)).isFalse();
        assertThat(new KeyRange(zero, zero).contains(a)).isTrue();
        assertThat(new KeyRange(b, a).isEmpty()).isTrue();
        assertThat(new KeyRange(a, a).isEmpty()).isTrue();
        assertThat(new KeyRange(a, b).isPrefix()).isTrue();
        assertThat(new KeyRange(a, ab).isPrefix()).isFalse();
        assertThat(KeyRange.prefix(ByteString.copyFrom(new byte[] {'a', (byte) 0xff}))
                        .contains(b))
                .isFalse();
        assertThat(KeyRange.prefix(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                        .end())
                .isEqualTo(zero);
    }
}
