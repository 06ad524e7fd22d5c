package dev.incumbent.embedded.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortReservationTest {

    @Test
    void shouldRefuseAndBeGivenToNobodyAndBeThereForItsOwner() throws Exception {
        InetSocketAddress address;
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(first.getInetAddress(), first.getLocalPort());
        }
        PortReservation kept = PortReservation.of(address);
        try {
            assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
                    .isInstanceOf(ConnectException.class);
            assertThat(portsOfOthers(500)).doesNotContain(address.getPort());
            try (ServerSocket owner = new ServerSocket()) {
                owner.setReuseAddress(true);
                owner.bind(address);
                kept.release();
                new Socket(address.getAddress(), address.getPort()).close();
            }
        } finally {
            kept.release();
        }
    }

    private static List<Integer> portsOfOthers(int count) throws IOException {
        List<ServerSocket> others = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                others.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return others.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket other : others) {
                other.close();
            }
        }
    }
}
