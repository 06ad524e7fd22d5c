package dev.incumbent.election.zookeeper;

import dev.incumbent.election.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.curator.CuratorZookeeperClient;
import org.apache.curator.ensemble.fixed.FixedEnsembleProvider;
import org.apache.curator.framework.AuthInfo;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.StaticHostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our own connection: Curator's client keeps it, on handles whose attempts to connect are stamped.
 *
 * <p>Not a {@code CuratorFramework}: that one gives a session up by itself when it was disconnected for its timeout, though
 * the servers may still hold it, as after a long loss of quorum; then the entries of the old sessions bar everybody's way
 * for one timeout more. It is given up after a multiple of the timeout all the same: where requests get through and answers
 * do not, the attempts to reconnect keep the session alive for ever, and an entry that nobody can lead with.
 *
 * <p>A chroot in the connect string is taken off and put before our paths instead: with a chroot, ZooKeeper 3.9's client
 * turns a {@code create2} inside a multi into a plain {@code create}, whose reply lacks the czxid.
 */
final class OwnLink extends Link {

    private static final Logger log = LoggerFactory.getLogger(OwnLink.class);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(3);
    private static final int GIVE_UP_AFTER_TIMEOUTS = 4;

    private final CuratorZookeeperClient client;
    private final List<AuthInfo> auths;
    private final Ticker ticker;
    private final String prefix;
    private final ZKClientConfig clientConfig;
    private final Executor giveUp;

    OwnLink(
            String connectString,
            Duration sessionTimeout,
            List<AuthInfo> auths,
            @Nullable ZKClientConfig clientConfig,
            Ticker ticker) {
        String chroot = chrootOf(connectString);
        this.prefix = chroot;
        this.auths = List.copyOf(auths);
        this.ticker = ticker;
        this.clientConfig = clientConfig != null ? clientConfig : new ZKClientConfig();
        this.giveUp = CompletableFuture.delayedExecutor(
                sessionTimeout.toNanos() * GIVE_UP_AFTER_TIMEOUTS, TimeUnit.NANOSECONDS, Runnable::run);
        int timeoutMillis = Math.toIntExact(sessionTimeout.toMillis());
        this.client = new CuratorZookeeperClient(
                new StampingFactory(),
                new FixedEnsembleProvider(connectString.substring(0, connectString.length() - tailOf(connectString))),
                timeoutMillis,
                timeoutMillis,
                Math.toIntExact(CLOSE_WAIT.toMillis()),
                event -> {},
                new RetryOneTime(1000),
                false);
    }

    /** The chroot of a connect string, empty if it has none. */
    static String chrootOf(String connectString) {
        String chroot = new ConnectStringParser(connectString).getChrootPath();
        return chroot == null ? "" : chroot;
    }

    private static int tailOf(String connectString) {
        int slash = connectString.indexOf('/');
        return slash < 0 ? 0 : connectString.length() - slash;
    }

    @Override
    void connect() {
        try {
            client.start();
        } catch (Exception failure) {
            throw new IllegalStateException("ZooKeeper's client could not be started", failure);
        }
    }

    @Override
    void renew() {
        inBackground("renew", () -> {
            Handle handle = current();
            if (!isClosed() && handle != null && !handle.isAlive()) {
                client.reset();
            }
        });
    }

    @Override
    void giveUpLater(Handle handle) {
        long connections = handle.connections();
        giveUp.execute(() -> {
            if (isPresent(handle) && handle.connections() == connections) {
                log.warn(
                        "Disconnected from ZooKeeper for {} session timeouts; giving the session up",
                        GIVE_UP_AFTER_TIMEOUTS);
                inBackground("give-up", client::reset);
            }
        });
    }

    private boolean isPresent(Handle handle) {
        return !isClosed() && handle == current() && handle.isAlive() && !handle.isConnected();
    }

    @Override
    String prefix() {
        return prefix;
    }

    @Override
    String chroot() {
        return "";
    }

    @Override
    CompletableFuture<Boolean> endSession(Handle handle) {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        inBackground("end-session", () -> {
            try {
                handle.zk().close();
                ended.complete(true);
            } finally {
                ended.complete(false);
            }
        });
        return ended;
    }

    /** Waits a little for the session to be closed in good order; a dead network must not hold the caller. */
    @Override
    void disconnect() {
        CountDownLatch done = new CountDownLatch(1);
        inBackground("close", () -> {
            try {
                client.close();
            } finally {
                done.countDown();
            }
        });
        try {
            if (!done.await(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.info("ZooKeeper's client is still closing; it goes on in the background");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Task {
        void run() throws Exception;
    }

    private static void inBackground(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    } catch (Exception failure) {
                        log.warn("ZooKeeper connection: {} failed", name, failure);
                    }
                },
                "incumbent-zookeeper-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Makes handles with stamps, credentials and our own watcher beside Curator's. */
    private final class StampingFactory implements ZookeeperFactory {

        @Override
        public ZooKeeper newZooKeeper(String connectString, int sessionTimeout, Watcher watcher, boolean canBeReadOnly)
                throws Exception {
            ConnectStamps stamps = new ConnectStamps(
                    new StaticHostProvider(new ConnectStringParser(connectString).getServerAddresses()), ticker);
            EarlyEvents events = new EarlyEvents(watcher);
            ZooKeeper zk = new ZooKeeper(connectString, sessionTimeout, events, false, stamps, clientConfig);
            auths.forEach(auth -> zk.addAuthInfo(auth.getScheme(), auth.getAuth()));
            Handle handle = new Handle(zk, stamps);
            install(handle);
            events.bind(handle);
            return zk;
        }
    }

    /** Hands events to Curator at once, and to us once the handle exists: its event thread runs before its constructor ends. */
    private final class EarlyEvents implements Watcher {

        private final Watcher curator;
        private final List<Event.KeeperState> early = new ArrayList<>();
        private @Nullable Handle handle;

        EarlyEvents(Watcher curator) {
            this.curator = curator;
        }

        @Override
        public void process(WatchedEvent event) {
            try {
                curator.process(event);
            } finally {
                if (event.getType() == Event.EventType.None) {
                    onState(event.getState());
                }
            }
        }

        /** Under the lock, so that an event of now does not overtake an early one; what is behind it only hands on. */
        private synchronized void onState(Event.KeeperState state) {
            Handle target = handle;
            if (target == null) {
                early.add(state);
            } else {
                OwnLink.this.onState(target, state);
            }
        }

        synchronized void bind(Handle target) {
            handle = target;
            early.forEach(state -> OwnLink.this.onState(target, state));
            early.clear();
        }
    }
}
