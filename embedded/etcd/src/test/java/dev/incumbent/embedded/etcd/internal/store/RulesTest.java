package dev.incumbent.embedded.etcd.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.embedded.etcd.internal.store.RuleScript.Rule;
import dev.incumbent.embedded.etcd.internal.store.RuleScript.Step;
import dev.incumbent.realservers.EtcdInstallation;
import dev.incumbent.realservers.RealEtcd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Each rule of etcd's semantics with the replies that a real etcd gives, literally: the tables are among the
 * resources, in files {@code *.rules}. The replies in it are those of etcd 3.4.23 and 3.5.16; in the full tier the same table is put to both of them,
 * where they are found, so that it cannot drift.
 */
class RulesTest {

    private static final List<String> TABLES = List.of("kv.rules", "txn.rules", "lease.rules", "auth.rules");

    @TestFactory
    Stream<DynamicTest> shouldReplyAsEtcdDoes() {
        return rules("ours", MachineRunner::new);
    }

    @TestFactory
    @Tag("full")
    Stream<DynamicTest> shouldHaveBeenWrittenDownFromEtcd34() {
        return real("3.4", "3.4.23");
    }

    @TestFactory
    @Tag("full")
    Stream<DynamicTest> shouldHaveBeenWrittenDownFromEtcd35() {
        return real("3.5", "3.5.16");
    }

    /** Just these releases: others of their series differ in a few replies. */
    private static Stream<DynamicTest> real(String series, String version) {
        Optional<EtcdInstallation> installation = RealEtcd.installations().stream()
                .filter(found -> found.version().equals(version))
                .findAny();
        assumeTrue(installation.isPresent(), () -> "etcd " + version + " is needed. " + RealEtcd.why());
        return rules(series, () -> new RealEtcdRunner(installation.orElseThrow(), series));
    }

    private static Stream<DynamicTest> rules(String who, Supplier<RuleRunner> runner) {
        return TABLES.stream()
                .flatMap(table -> RuleScript.read(table).stream())
                .filter(rule -> rule.concerns(who))
                .map(rule -> DynamicTest.dynamicTest(rule.title(), () -> check(rule, runner)));
    }

    private static void check(Rule rule, Supplier<RuleRunner> runners) {
        try (RuleRunner runner = runners.get()) {
            List<String> expected = new ArrayList<>();
            List<String> replies = new ArrayList<>();
            for (Step step : rule.steps()) {
                String question = (step.user() + " "
                                + step.request().getDescriptorForType().getName() + " " + step.request())
                        .strip()
                        .replaceAll("\\s+", " ");
                expected.add(question + "\n  -> " + step.reply(runner.series()));
                replies.add(question + "\n  -> " + runner.ask(step.user(), step.request()));
            }
            assertThat(replies).containsExactlyElementsOf(expected);
        }
    }
}
