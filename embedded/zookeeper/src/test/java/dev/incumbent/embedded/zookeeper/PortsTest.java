package dev.incumbent.embedded.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A link that leads to a port on which it listens itself opens connections without end. It once took all 20,000
 * descriptors of the process: the port of a server that did not listen yet had been given to the link that leads there.
 */
class PortsTest {

    private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(20);

    private static ServerSocketChannel listener(int port) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(Node.address(port));
        return listener;
    }

    @Test
    void shouldNotGiveALinkThePortOfAServerThatDoesNotListenYet() throws Exception {
        List<Integer> servers = Ports.reserve(2);
        List<ServerSocketChannel> offered =
                new ArrayList<>(List.of(listener(servers.get(0)), listener(servers.get(1)), listener(0)));
        List<ServerSocketChannel> all = List.copyOf(offered);
        try (ServerSocketChannel given = Ports.listen(() -> offered.remove(0))) {
            assertThat(given).isSameAs(all.get(2));
            assertThat(given.isOpen()).isTrue();
            assertThat(all.subList(0, 2)).noneMatch(ServerSocketChannel::isOpen);
        } finally {
            servers.forEach(Ports::release);
        }
    }

    @Test
    void shouldGiveALinkAPortThatItsServerGaveUp() throws Exception {
        int port = Ports.reserve(1).get(0);
        Ports.release(port);
        ServerSocketChannel offered = listener(port);
        try (ServerSocketChannel given = Ports.listen(() -> offered)) {
            assertThat(given).isSameAs(offered);
        }
    }

    @Test
    void shouldReserveThePortsOfAnEnsembleForAsLongAsItIsOpen() throws Exception {
        EmbeddedZooKeeper ensemble = EmbeddedZooKeeper.start(1);
        Node node = ensemble.node(1);
        List<Integer> ports = List.of(node.quorumPort(), node.electionPort(), node.clientPort());
        ensemble.kill(1);
        assertThat(ports).allMatch(Ports::isReserved);
        ensemble.close();
        assertThat(ports).noneMatch(Ports::isReserved);
    }

    @Test
    void shouldStopAcceptingWhenALinkLeadsToItself() throws Exception {
        ProxyLoop loop = new ProxyLoop("itself");
        loop.start();
        Proxy[] itself = new Proxy[1];
        itself[0] = new Proxy(loop, "itself", Proxy.Kind.MEMBERS, () -> itself[0].port(), () -> {});
        try {
            try (Socket socket = new Socket()) {
                socket.connect(Node.address(itself[0].port()));
                socket.setSoTimeout(TIMEOUT_MILLIS);
                // The end of the one connection too many runs back through all of them.
                assertThat(socket.getInputStream().read()).isNegative();
                assertThat(loop.<Integer>call(itself[0]::connectionCount)).isLessThanOrEqualTo(500);
            }
            Awaitility.await().until(() -> loop.<Integer>call(itself[0]::connectionCount) == 0);
        } finally {
            loop.close();
        }
    }
}
