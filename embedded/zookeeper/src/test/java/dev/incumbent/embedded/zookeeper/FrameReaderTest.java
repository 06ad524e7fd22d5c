package dev.incumbent.embedded.zookeeper;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7, 1000})
    void shouldNameFramesWhereverTheStreamIsBroken(int pieceLength) {
        FrameReader reader = new FrameReader(false);
        ByteBuffer requests = ByteBuffer.allocate(200);
        requests.putInt(28).putInt(0).putLong(0).putInt(4000).putLong(0).putInt(0);
        requests.putInt(12).putInt(1).putInt(OpCode.create2).putInt(0);
        requests.putInt(8).putInt(-2).putInt(OpCode.ping);
        ByteBuffer replies = ByteBuffer.allocate(200);
        replies.putInt(20).putInt(0).putInt(4000).putLong(7).putInt(0);
        replies.putInt(16).putInt(-1).putLong(5).putInt(0);
        replies.putInt(16).putInt(1).putLong(5).putInt(-110);

        assertThat(read(reader, Direction.TO_SERVER, requests.flip(), pieceLength))
                .extracting(Frame::operation)
                .containsExactly("createSession", "create2", "ping");
        List<Frame> answers = read(reader, Direction.TO_CLIENT, replies.flip(), pieceLength);
        assertThat(answers).extracting(Frame::operation).containsExactly("createSession", "notification", "create2");
        assertThat(answers).extracting(Frame::error).containsExactly(0, 0, -110);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldPassEverythingOnUnreadWhenItIsNoClientProtocol(int pieceLength) {
        List<Frame> frames = read(
                new FrameReader(false), Direction.TO_SERVER, ByteBuffer.wrap("ruok".getBytes(US_ASCII)), pieceLength);
        assertThat(frames).extracting(Frame::operation).containsOnly(Frame.UNKNOWN);
        assertThat(frames.stream().mapToInt(Frame::bytes).sum()).isEqualTo(4);
    }

    private static List<Frame> read(FrameReader reader, Direction direction, ByteBuffer bytes, int pieceLength) {
        List<Frame> frames = new ArrayList<>();
        while (bytes.hasRemaining()) {
            int length = Math.min(pieceLength, bytes.remaining());
            ByteBuffer piece = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
            reader.read(direction, piece).forEach(chunk -> frames.add(chunk.frame()));
        }
        return frames;
    }
}
