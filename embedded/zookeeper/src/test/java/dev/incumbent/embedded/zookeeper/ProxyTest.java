package dev.incumbent.embedded.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers behind a link that do not listen, or not yet. */
class ProxyTest {

    private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(20);

    private final ProxyLoop loop = new ProxyLoop("proxy-test");
    private final AtomicInteger attempts = new AtomicInteger();
    private int port;

    @BeforeEach
    void start() throws IOException {
        port = Ports.reserve(1).get(0);
        loop.start();
    }

    @AfterEach
    void stop() {
        loop.close();
        Ports.release(port);
    }

    private Socket connect(Proxy proxy) throws IOException {
        Socket socket = new Socket();
        socket.connect(Node.address(proxy.port()));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    @Test
    void shouldReachAMemberThatListensAMomentLater() throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            Proxy proxy = new Proxy(
                    loop,
                    "late",
                    Proxy.Kind.MEMBERS,
                    () -> {
                        if (attempts.incrementAndGet() == 3) {
                            bind(server);
                        }
                        return port;
                    },
                    () -> {});
            try (Socket client = connect(proxy)) {
                client.getOutputStream().write(7);
                server.setSoTimeout(TIMEOUT_MILLIS);
                Awaitility.await().until(server::isBound);
                try (Socket accepted = server.accept()) {
                    assertThat(accepted.getInputStream().read()).isEqualTo(7);
                    accepted.getOutputStream().write(8);
                    assertThat(client.getInputStream().read()).isEqualTo(8);
                }
            }
        }
    }

    private void bind(ServerSocket server) {
        try {
            server.bind(Node.address(port));
        } catch (IOException e) {
            throw new EmbeddedZooKeeperException("the reserved port was taken", e);
        }
    }

    @Test
    void shouldResetInTheEndWhenNoMemberListens() throws Exception {
        assertResetAfter(26, Proxy.Kind.MEMBERS);
    }

    /** Clients try other servers instead. */
    @Test
    void shouldResetClientsAtOnceWhenTheServerDoesNotListen() throws Exception {
        assertResetAfter(1, Proxy.Kind.CLIENTS);
    }

    private void assertResetAfter(int expected, Proxy.Kind kind) throws Exception {
        Proxy proxy = new Proxy(
                loop,
                "nobody",
                kind,
                () -> {
                    attempts.incrementAndGet();
                    return port;
                },
                () -> {});
        try (Socket client = connect(proxy)) {
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertThat(attempts).hasValue(expected);
        assertThat(loop.<Integer>call(proxy::connectionCount)).isZero();
    }
}
