package dev.incumbent.embedded.zookeeper;

import io.netty.channel.group.ChannelGroup;
import io.netty.util.concurrent.EventExecutor;
import java.lang.reflect.Field;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.NettyServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a thread that ZooKeeper's Netty front end leaves running, not as a daemon, when it is shut down: the executor of
 * its channel group, which has no accessor. Seen in 3.9.5; where the fields are named otherwise the thread stays.
 */
final class NettyLeak {

    private static final Logger LOG = LoggerFactory.getLogger(NettyLeak.class);

    private NettyLeak() {}

    static void stop(ServerCnxnFactory factory) {
        if (!(factory instanceof NettyServerCnxnFactory)) {
            return;
        }
        try {
            Field channels = NettyServerCnxnFactory.class.getDeclaredField("allChannels");
            channels.setAccessible(true);
            ChannelGroup group = (ChannelGroup) channels.get(factory);
            Field executor = group.getClass().getDeclaredField("executor");
            executor.setAccessible(true);
            ((EventExecutor) executor.get(group)).shutdownGracefully(0, 0, TimeUnit.SECONDS);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn("A thread of ZooKeeper's Netty front end stays", e);
        }
    }
}
