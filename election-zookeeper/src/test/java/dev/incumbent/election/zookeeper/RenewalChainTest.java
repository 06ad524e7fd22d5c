package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.election.Stamp;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RenewalChainTest {

    private static final long SPACING = 100;

    private static Stamp at(long nanos) {
        return new Stamp(nanos, 0);
    }

    private static @Nullable Stamp proven(RenewalChain chain) {
        return chain.proven();
    }

    @Test
    void shouldProveTheBeatBeforeWhenSpacingWasKept() {
        RenewalChain chain = new RenewalChain(SPACING, at(0));

        chain.confirmed(at(1000), 1010, null);
        assertThat(proven(chain)).isEqualTo(at(0));
        chain.confirmed(at(1110), 1130, null);
        assertThat(proven(chain)).isEqualTo(at(1000));
        chain.confirmed(at(1300), 1310, null);
        assertThat(proven(chain)).isEqualTo(at(1110));
    }

    @Test
    void shouldProveNothingNewWhenBeatsComeTooSoon() {
        RenewalChain chain = new RenewalChain(SPACING, null);

        chain.confirmed(at(1000), 1010, null);
        for (long sent = 1020; sent < 1110; sent += 10) {
            chain.confirmed(at(sent), sent + 5, null);
            assertThat(proven(chain)).isNull();
        }
        // Those in between do not put the proof off either.
        chain.confirmed(at(1110), 1115, null);
        assertThat(proven(chain)).isEqualTo(at(1000));
    }

    @Test
    void shouldCountSpacingFromTheReplyAndNotFromTheRequest() {
        RenewalChain chain = new RenewalChain(SPACING, null);

        chain.confirmed(at(1000), 1090, null);
        chain.confirmed(at(1150), 1160, null);

        assertThat(proven(chain)).isNull();
    }

    @Test
    void shouldCountFromTheConnectionWhenABeatOnItWasConfirmed() {
        RenewalChain chain = new RenewalChain(SPACING, at(0));

        chain.confirmed(at(1000), 1010, at(900));

        assertThat(proven(chain)).isEqualTo(at(900));
    }

    @Test
    void shouldNeverGoBack() {
        RenewalChain chain = new RenewalChain(SPACING, at(500));

        chain.confirmed(at(1000), 1010, at(400));
        assertThat(proven(chain)).isEqualTo(at(500));
        chain.confirmed(at(1200), 1210, at(1150));
        assertThat(proven(chain)).isEqualTo(at(1150));
        chain.confirmed(at(1400), 1410, at(1150));
        assertThat(proven(chain)).isEqualTo(at(1200));
    }
}
