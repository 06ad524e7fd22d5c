package dev.incumbent.embedded.consul;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension that runs one cluster for all tests of a class and undoes the faults of each.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final ConsulExtension CONSUL = ConsulExtension.cluster(3);
 *
 * @Test
 * void shouldSurvive(EmbeddedConsul consul) { ... }
 * }</pre>
 *
 * <p>The cluster starts before the class and closes after it; nested classes share it. After each test all links are healed,
 * paused nodes go on, killed nodes are restarted and all nodes serve again. Data is not removed: tests use keys of their own.
 * Needs junit-jupiter-api on the class path, 5.x or 6.x.
 */
public final class ConsulExtension
        implements BeforeAllCallback, AfterAllCallback, AfterEachCallback, ParameterResolver {

    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private final EmbeddedConsulBuilder settings;
    private @Nullable EmbeddedConsul cluster;
    private int depth;

    private ConsulExtension(EmbeddedConsulBuilder settings) {
        this.settings = settings;
    }

    /** A cluster of so many nodes with the default settings. */
    public static ConsulExtension cluster(int nodes) {
        return of(EmbeddedConsul.builder().nodes(nodes));
    }

    /** A cluster with settings of your own. */
    public static ConsulExtension of(EmbeddedConsulBuilder settings) {
        return new ConsulExtension(settings);
    }

    /**
     * The running cluster.
     *
     * @throws IllegalStateException outside the class's tests, or if the extension's field is not static
     */
    public synchronized EmbeddedConsul get() {
        EmbeddedConsul running = cluster;
        if (running == null) {
            throw new IllegalStateException("the cluster runs between beforeAll and afterAll; is the field static?");
        }
        return running;
    }

    @Override
    public synchronized void beforeAll(ExtensionContext context) {
        if (depth++ == 0) {
            cluster = settings.start();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        EmbeddedConsul running = get();
        running.heal();
        running.nodes().forEach(running::restart);
        running.awaitServing(RECOVERY);
    }

    @Override
    public synchronized void afterAll(ExtensionContext context) {
        if (--depth == 0 && cluster != null) {
            cluster.close();
            cluster = null;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedConsul.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return get();
    }
}
