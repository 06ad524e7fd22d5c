package dev.incumbent.election.zookeeper;

import static dev.incumbent.testkit.adapter.Outcomes.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events that Curator passes on without saying which of its connections they are about. */
final class CallersLinkTest {

    /** What the listener of a link was told. */
    private record Told(List<String> events) implements Link.Listener {
        @Override
        public void connected(Handle handle) {
            events.add("connected");
        }

        @Override
        public void disconnected(Handle handle, String reason) {
            events.add("disconnected");
        }

        @Override
        public void lost(Handle handle, String reason) {
            events.add("lost");
        }
    }

    private static CuratorEvent event(KeeperState state) {
        WatchedEvent watched = new WatchedEvent(EventType.None, state, null);
        return (CuratorEvent) Proxy.newProxyInstance(
                CallersLinkTest.class.getClassLoader(),
                new Class<?>[] {CuratorEvent.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getType" -> CuratorEventType.WATCHED;
                    case "getWatchedEvent" -> watched;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @ParameterizedTest
    @EnumSource(names = {"Expired", "Closed"})
    void shouldStayConnectedWhenTheConnectionBeforeSaysItsLastWords(KeeperState lastWords) throws Exception {
        try (EmbeddedZooKeeper server = Place.server(1);
                CuratorFramework framework = CuratorFrameworkFactory.newClient(
                        server.connectString(), 10_000, 10_000, new RetryOneTime(100))) {
            framework.start();
            assertThat(framework.blockUntilConnected(20, TimeUnit.SECONDS)).isTrue();
            Told told = new Told(new CopyOnWriteArrayList<>());
            try (CallersLink link = new CallersLink(framework)) {
                link.start(told);
                Handle present = link.connected()
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .handle();

                link.eventReceived(framework, event(lastWords));

                assertThat(link.connected()).isCompleted();
                assertThat(link.connected().join().handle()).isNotNull().isSameAs(present);
                assertThat(told.events()).doesNotContain("lost", "disconnected");
            }
        }
    }
}
