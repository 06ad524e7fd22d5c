package dev.incumbent.embedded.members;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of one member's clients, and what can be done to them. Next to the socket, so that neither the protocol nor TLS takes
 * part in a fault. Any thread.
 */
public final class Connections {

    private final Set<Gate> gates = ConcurrentHashMap.newKeySet();
    private volatile boolean held;
    private volatile boolean refused;

    /** Starts without any. */
    public Connections() {}

    /**
     * Takes a new connection in; on its event loop, before anything was read.
     *
     * @param channel the connection
     */
    public void admit(Channel channel) {
        Gate gate = new Gate(channel);
        channel.pipeline().addFirst(gate);
        gates.add(gate);
        if (refused) {
            gate.reset();
        } else if (held) {
            gate.hold();
        }
    }

    /** Neither reads nor writes from now on: what a stopped process looks like. New connections are held, too. */
    public void hold() {
        held = true;
        gates.forEach(Gate::hold);
    }

    /** Goes on; what was held is delivered in order. */
    public void release() {
        held = false;
        gates.forEach(Gate::release);
    }

    /** Resets all connections, and each new one at once until {@link #accept}. */
    public void reset() {
        refused = true;
        gates.forEach(Gate::reset);
    }

    /** Lets new ones in again. */
    public void accept() {
        refused = false;
    }

    private final class Gate extends ChannelDuplexHandler {

        private record Held(Object message, ChannelPromise promise) {}

        private final Queue<Held> writes = new ArrayDeque<>();
        private final Channel channel;
        private boolean shut;

        Gate(Channel channel) {
            this.channel = channel;
        }

        void hold() {
            channel.eventLoop().execute(() -> {
                shut = true;
                channel.config().setAutoRead(false);
            });
        }

        void release() {
            channel.eventLoop().execute(() -> {
                if (shut && !held) {
                    shut = false;
                    flushHeld(channel.pipeline().context(this));
                    channel.config().setAutoRead(true);
                }
            });
        }

        private void flushHeld(ChannelHandlerContext context) {
            for (Held write = writes.poll(); write != null; write = writes.poll()) {
                context.write(write.message(), write.promise());
            }
            context.flush();
        }

        /** Closes past all other handlers, so that the client sees a reset and no good-bye. */
        void reset() {
            channel.eventLoop().execute(() -> {
                if (channel.isOpen()) {
                    channel.config().setOption(ChannelOption.SO_LINGER, 0);
                    channel.pipeline().context(this).close();
                }
            });
        }

        @Override
        public void read(ChannelHandlerContext ctx) {
            if (!shut) {
                ctx.read();
            }
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (shut) {
                writes.add(new Held(message, promise));
            } else {
                ctx.write(message, promise);
            }
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            if (!shut) {
                ctx.flush();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            gates.remove(this);
            shut = false;
            flushHeld(ctx);
            ctx.fireChannelInactive();
        }
    }
}
