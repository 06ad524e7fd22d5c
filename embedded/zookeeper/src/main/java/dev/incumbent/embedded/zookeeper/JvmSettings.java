package dev.incumbent.embedded.zookeeper;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.apache.zookeeper.jmx.MBeanRegistry;
import org.apache.zookeeper.jmx.ZKMBeanInfo;
import org.apache.zookeeper.server.NettyServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperSaslServer;
import org.apache.zookeeper.server.auth.ProviderRegistry;
import org.apache.zookeeper.server.auth.SASLAuthenticationProvider;
import org.apache.zookeeper.util.ServiceUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ZooKeeper's servers read from the JVM rather than from their configuration.
 *
 * <p>Servers read most of it while they start, so starts of one JVM are made one at a time, each under the settings of
 * its own ensemble. What is read later is the same for all ensembles and stays set: extended node types on, four-letter
 * commands on, no admin server, small log files, no JMX beans, and a server that gives up never ends the JVM.
 */
final class JvmSettings {

    private static final Logger LOG = LoggerFactory.getLogger(JvmSettings.class);
    private static final ReentrantLock STARTING = new ReentrantLock();
    private static final Map<ThreadGroup, IntConsumer> ON_EXIT = new ConcurrentHashMap<>();

    static {
        System.setProperty("zookeeper.admin.enableServer", "false");
        System.setProperty("zookeeper.4lw.commands.whitelist", "*");
        System.setProperty("zookeeper.extendedTypesEnabled", "true");
        System.setProperty(
                ProviderRegistry.AUTHPROVIDER_PROPERTY_PREFIX + "sasl", SASLAuthenticationProvider.class.getName());
        // In kilobytes. The default of 64 MB a log file makes three nodes slow to start and heavy on a temp directory.
        System.setProperty("zookeeper.preAllocSize", "64");
        // Servers with the same number in one JVM would claim the same names.
        MBeanRegistry.setInstance(new MBeanRegistry() {
            @Override
            public void register(ZKMBeanInfo bean, @Nullable ZKMBeanInfo parent) {}

            @Override
            public void unregister(ZKMBeanInfo bean) {}
        });
    }

    private final boolean durable;
    private final boolean tls;
    private final @Nullable Sasl sasl;

    JvmSettings(boolean durable, boolean tls, @Nullable Sasl sasl) {
        this.durable = durable;
        this.tls = tls;
        this.sasl = sasl;
    }

    /** Waits for the right to start a server, given back by {@link #endStart()}. */
    void beginStart() {
        STARTING.lock();
        ServiceUtils.setSystemExitProcedure(JvmSettings::exitRequested);
        System.setProperty("zookeeper.forceSync", durable ? "yes" : "no");
        if (tls) {
            System.setProperty(ServerCnxnFactory.ZOOKEEPER_SERVER_CNXN_FACTORY, NettyServerCnxnFactory.class.getName());
        }
        if (sasl != null) {
            System.setProperty(ZooKeeperSaslServer.LOGIN_CONTEXT_NAME_KEY, sasl.serverSection());
        }
    }

    void endStart() {
        System.clearProperty(ServerCnxnFactory.ZOOKEEPER_SERVER_CNXN_FACTORY);
        System.clearProperty(ZooKeeperSaslServer.LOGIN_CONTEXT_NAME_KEY);
        STARTING.unlock();
    }

    void onExit(ThreadGroup threads, IntConsumer action) {
        ON_EXIT.put(threads, action);
    }

    void forget(ThreadGroup threads) {
        ON_EXIT.remove(threads);
    }

    private static void exitRequested(int code) {
        ThreadGroup threads = Thread.currentThread().getThreadGroup();
        IntConsumer action = threads == null ? null : ON_EXIT.get(threads);
        if (action != null) {
            LOG.warn("{} wants to exit with code {}", threads.getName(), code);
            action.accept(code);
        }
    }
}
