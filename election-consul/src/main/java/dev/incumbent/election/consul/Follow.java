package dev.incumbent.election.consul;

import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Subscription;
import java.time.Duration;

/** One caller's wish to follow an entry, until the caller or the stream ends it. Reports on the loop only. */
final class Follow implements Subscription {

    private final IoLoop loop;
    private final FollowSink sink;
    private Subscription source = () -> {};
    private Runnable onEnd = () -> {};
    private boolean ownEnded;
    private volatile boolean over;

    Follow(IoLoop loop, FollowSink sink) {
        this.loop = loop;
        this.sink = sink;
    }

    boolean isOver() {
        return over;
    }

    /** Whether it is over because the own entry has ended. On the loop. */
    boolean hasOwnEnded() {
        return ownEnded;
    }

    /** What is to be closed with it. On the loop. */
    void source(Subscription stream) {
        source = stream;
    }

    /** Who is told, once, that it is over. On the loop. */
    void onEnd(Runnable told) {
        onEnd = told;
    }

    void predecessorGone() {
        if (!over) {
            sink.predecessorGone();
        }
    }

    void predecessorOrphaned(Duration holderTtl) {
        if (!over) {
            sink.predecessorOrphaned(holderTtl);
        }
    }

    void ownGone() {
        if (!over) {
            over = true;
            ownEnded = true;
            release();
            sink.ownGone();
        }
    }

    void broken(String reason) {
        if (!over) {
            over = true;
            release();
            sink.broken(reason);
        }
    }

    private void release() {
        source.close();
        onEnd.run();
        onEnd = () -> {};
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            loop.execute(this::release);
        }
    }
}
