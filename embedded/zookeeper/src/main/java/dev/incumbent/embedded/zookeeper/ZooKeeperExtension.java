package dev.incumbent.embedded.zookeeper;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension that runs one ensemble for all tests of a class and undoes the faults of each.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final ZooKeeperExtension ZOOKEEPER = ZooKeeperExtension.ensemble(3);
 *
 * @Test
 * void shouldSurvive(EmbeddedZooKeeper zookeeper) { ... }
 * }</pre>
 *
 * <p>The ensemble starts before the class and closes after it; nested classes share it. After each test all links are
 * healed, killed nodes are restarted and all nodes serve again. Data is not removed: tests use paths of their own.
 * Needs junit-jupiter-api on the class path, 5.x or 6.x.
 */
public final class ZooKeeperExtension
        implements BeforeAllCallback, AfterAllCallback, AfterEachCallback, ParameterResolver {

    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private final EmbeddedZooKeeperBuilder settings;
    private @Nullable EmbeddedZooKeeper ensemble;
    private int depth;

    private ZooKeeperExtension(EmbeddedZooKeeperBuilder settings) {
        this.settings = settings;
    }

    /** An ensemble of so many nodes with the default settings. */
    public static ZooKeeperExtension ensemble(int nodes) {
        return of(EmbeddedZooKeeper.builder().nodes(nodes));
    }

    /** An ensemble with settings of your own. */
    public static ZooKeeperExtension of(EmbeddedZooKeeperBuilder settings) {
        return new ZooKeeperExtension(settings);
    }

    /**
     * The running ensemble.
     *
     * @throws IllegalStateException outside the class's tests, or if the extension's field is not static
     */
    public synchronized EmbeddedZooKeeper get() {
        EmbeddedZooKeeper running = ensemble;
        if (running == null) {
            throw new IllegalStateException("the ensemble runs between beforeAll and afterAll; is the field static?");
        }
        return running;
    }

    @Override
    public synchronized void beforeAll(ExtensionContext context) {
        if (depth++ == 0) {
            ensemble = settings.start();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        EmbeddedZooKeeper running = get();
        running.heal();
        running.nodes().forEach(running::restart);
        running.awaitServing(RECOVERY);
    }

    @Override
    public synchronized void afterAll(ExtensionContext context) {
        if (--depth == 0 && ensemble != null) {
            ensemble.close();
            ensemble = null;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedZooKeeper.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return get();
    }
}
