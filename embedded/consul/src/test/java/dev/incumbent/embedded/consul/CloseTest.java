package dev.incumbent.embedded.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Alone, since the clusters of others have threads, too. */
@Isolated
class CloseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void shouldLeaveNoThreadWhenItIsClosed() {
        Set<String> before = threads();
        EmbeddedConsul consul = EmbeddedConsul.builder().nodes(1).start();
        Http http = new Http(consul.endpoint(1));
        http.start("/v1/kv/a?index=99&wait=60s");
        http.start("/v1/kv/a?recurse&index=99&wait=60s");
        Awaitility.await().atMost(PATIENCE).until(() -> consul.parkedQueries(1) == 2);
        assertThat(threads()).isNotEqualTo(before);

        consul.close();
        consul.close();

        Awaitility.await().atMost(PATIENCE).until(() -> before.containsAll(threads()));
        assertThatThrownBy(consul::leader).isInstanceOf(EmbeddedConsulException.class);
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("embedded-consul-") || name.startsWith("consul-"))
                .collect(Collectors.toSet());
    }
}
