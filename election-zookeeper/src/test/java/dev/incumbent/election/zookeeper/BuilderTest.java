package dev.incumbent.election.zookeeper;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.incumbent.election.ElectionConfigException;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class BuilderTest {

    private static void assertRefused(ThrowingCallable call, String... words) {
        assertThatThrownBy(call).isInstanceOf(ElectionConfigException.class).hasMessageContainingAll(words);
    }

    private static ZooKeeperElections.Builder builder() {
        return ZooKeeperElections.builder().connectString("127.0.0.1:1");
    }

    @Test
    void shouldRefuseAShortLeaseAndShowTheNumbers() {
        assertRefused(() -> builder().leaseTtl(Duration.ofSeconds(5)).build(), "PT5S", "PT2S", "4 ticks");
    }

    @Test
    void shouldRefuseWhenNoServersAreNamed() {
        assertRefused(() -> ZooKeeperElections.builder().build(), "connectString", "framework");
    }

    @Test
    void shouldRefusePathsThatAreNone() {
        assertRefused(() -> builder().root("relative"), "relative");
        assertRefused(() -> builder().root("/"), "root");
        assertRefused(() -> builder().nativePath("a", "/x//y"), "/x//y");
        assertRefused(() -> builder().nativePath("a", "/x").nativePath("b", "/x"), "/x");
        assertRefused(
                () -> builder().root("/r").nativePath("a", "/r/elections/b").build(), "/r/elections/b");
        assertRefused(
                () -> ZooKeeperElections.builder()
                        .connectString("h:1/bad//chroot")
                        .build(),
                "chroot");
    }

    @Test
    void shouldRefuseATickThatIsNone() {
        assertRefused(() -> builder().tickTime(Duration.ZERO).build(), "tickTime");
    }
}
