package dev.incumbent.embedded.zookeeper;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.server.auth.DigestLoginModule;
import org.jspecify.annotations.Nullable;

/**
 * SASL users (DIGEST-MD5) of one ensemble, as sections of the JVM's JAAS configuration with names of their own. What the
 * configuration held before remains in force for all other names.
 */
final class Sasl {

    private static final AtomicInteger INSTANCES = new AtomicInteger();

    private final String prefix = "EmbeddedZooKeeper-" + INSTANCES.incrementAndGet();
    private final Map<String, String> users;

    Sasl(Map<String, String> users) {
        this.users = users;
        Sections sections = Sections.install();
        Map<String, String> server = new HashMap<>();
        users.forEach((user, password) -> {
            server.put("user_" + user, password);
            sections.put(clientSection(user), Map.of("username", user, "password", password));
        });
        sections.put(serverSection(), server);
    }

    String serverSection() {
        return prefix + "-Server";
    }

    ZKClientConfig clientConfig(String user) {
        if (!users.containsKey(user)) {
            throw new IllegalArgumentException("no SASL user " + user + " among " + users.keySet());
        }
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "true");
        config.setProperty(ZKClientConfig.LOGIN_CONTEXT_NAME_KEY, clientSection(user));
        // On by default, and then a client logs in by no mechanism that is built on MD5.
        config.setProperty("zookeeper.fips-mode", "false");
        return config;
    }

    private String clientSection(String user) {
        return prefix + "-Client-" + user;
    }

    void close() {
        Sections sections = Sections.install();
        users.keySet().forEach(user -> sections.remove(clientSection(user)));
        sections.remove(serverSection());
    }

    /** A JAAS configuration that knows a few sections itself and asks another one for the rest. */
    private static final class Sections extends Configuration {

        private final Map<String, AppConfigurationEntry> own = new ConcurrentHashMap<>();
        private final @Nullable Configuration others;

        private Sections(@Nullable Configuration others) {
            this.others = others;
        }

        static synchronized Sections install() {
            Configuration present = present();
            if (present instanceof Sections sections) {
                return sections;
            }
            Sections sections = new Sections(present);
            Configuration.setConfiguration(sections);
            return sections;
        }

        private static @Nullable Configuration present() {
            try {
                return Configuration.getConfiguration();
            } catch (SecurityException e) {
                // No JAAS file was named, which is the usual case.
                return null;
            }
        }

        void put(String name, Map<String, String> options) {
            own.put(
                    name,
                    new AppConfigurationEntry(
                            DigestLoginModule.class.getName(), LoginModuleControlFlag.REQUIRED, options));
        }

        void remove(String name) {
            own.remove(name);
        }

        @Override
        public AppConfigurationEntry @Nullable [] getAppConfigurationEntry(String name) {
            AppConfigurationEntry entry = own.get(name);
            if (entry != null) {
                return new AppConfigurationEntry[] {entry};
            }
            return others == null ? null : others.getAppConfigurationEntry(name);
        }

        @Override
        public void refresh() {
            if (others != null) {
                others.refresh();
            }
        }
    }
}
