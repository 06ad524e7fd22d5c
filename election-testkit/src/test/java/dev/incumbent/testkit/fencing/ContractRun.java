package dev.incumbent.testkit.fencing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * A contract run on a guard that may be broken, and which of its tests failed.
 *
 * @param run how many tests ran
 * @param failed the names of those that failed
 */
record ContractRun(int run, Set<String> failed) {

    /** Runs the contract as the class binds it, apart from the tests that are running. */
    static ContractRun of(Class<?> contract) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(contract))
                .build();
        Results results = new Results();
        LauncherFactory.create().execute(request, results);
        return new ContractRun(results.run, Collections.unmodifiableSet(results.failed));
    }

    private static final class Results implements TestExecutionListener {
        private final Set<String> failed = new TreeSet<>();
        private int run;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            boolean success = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
            if (test.isTest()) {
                run++;
            }
            if (!success) {
                failed.add(test.getSource()
                        .filter(MethodSource.class::isInstance)
                        .map(source -> ((MethodSource) source).getMethodName())
                        .orElseGet(test::getDisplayName));
            }
        }
    }
}
