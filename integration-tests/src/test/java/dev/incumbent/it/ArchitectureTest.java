package dev.incumbent.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.ecwid.consul.ConsulException;
import com.ecwid.consul.v1.OperationException;
import com.ecwid.consul.v1.Response;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The layers, the closed packages and the one place that reads clocks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {

    private static final String FENCING = "dev.incumbent.fencing..";
    private static final String API = "dev.incumbent.election";
    private static final String SPI = "dev.incumbent.election.spi..";
    private static final String CORE_INTERNAL = "dev.incumbent.election.internal..";
    private static final String ZOOKEEPER = "dev.incumbent.election.zookeeper..";
    private static final String ETCD = "dev.incumbent.election.etcd..";
    private static final String CONSUL = "dev.incumbent.election.consul..";
    private static final String EMBEDDED = "dev.incumbent.embedded..";
    private static final String TESTKIT = "dev.incumbent.testkit..";
    private static final String CLI = "dev.incumbent.cli..";

    private JavaClasses all;

    @BeforeAll
    void readClasses() {
        all = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.incumbent");
        assertThat(all.size()).as("classes found").isGreaterThan(150);
    }

    private void holds(ArchRule rule) {
        rule.check(all);
    }

    @Test
    void shouldKeepFencingFreeOfElections() {
        holds(noClasses()
                .that()
                .resideInAPackage(FENCING)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(API, SPI, CORE_INTERNAL, ZOOKEEPER, ETCD, CONSUL, EMBEDDED, TESTKIT, CLI)));
    }

    @Test
    void shouldKeepTheApiFreeOfItsImplementation() {
        holds(noClasses()
                .that()
                .resideInAPackage(API)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(SPI, CORE_INTERNAL, ZOOKEEPER, ETCD, CONSUL, EMBEDDED, TESTKIT, CLI)));
    }

    @Test
    void shouldKeepTheCoreFreeOfAnyCoordinator() {
        holds(noClasses()
                .that()
                .resideInAnyPackage(SPI, CORE_INTERNAL)
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        ZOOKEEPER,
                        ETCD,
                        CONSUL,
                        EMBEDDED,
                        TESTKIT,
                        CLI,
                        "org.apache..",
                        "io.etcd..",
                        "io.grpc..",
                        "com.ecwid..")));
    }

    @Test
    void shouldNeverLetAdaptersAndEmbeddedServersKnowEachOther() {
        holds(noClasses()
                .that()
                .resideInAnyPackage(ZOOKEEPER, ETCD, CONSUL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(EMBEDDED, TESTKIT));
        holds(noClasses()
                .that()
                .resideInAPackage(EMBEDDED)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(API, SPI, CORE_INTERNAL, ZOOKEEPER, ETCD, CONSUL, FENCING, TESTKIT)));
    }

    /** Each is chosen alone; and jetcd's own client counts leases from the receipt, so only its generated stubs are used. */
    @Test
    void shouldKeepAdaptersApartAndJetcdsClientOut() {
        holds(noClasses()
                .that()
                .resideInAPackage(ZOOKEEPER)
                .should()
                .dependOnClassesThat(resideInAnyPackage(ETCD, CONSUL)));
        holds(noClasses()
                .that()
                .resideInAPackage(ETCD)
                .should()
                .dependOnClassesThat(resideInAnyPackage(ZOOKEEPER, CONSUL)));
        holds(noClasses()
                .that()
                .resideInAPackage(CONSUL)
                .should()
                .dependOnClassesThat(resideInAnyPackage(ZOOKEEPER, ETCD)));
        holds(noClasses()
                .that()
                .resideInAPackage(ETCD)
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.etcd.jetcd",
                        "io.etcd.jetcd.impl..",
                        "io.etcd.jetcd.kv..",
                        "io.etcd.jetcd.op..",
                        "io.etcd.jetcd.options..",
                        "io.vertx..")));
    }

    /**
     * consul-api blocks, puts tokens into addresses and does not encode keys: its client is seen by one class, which mends that.
     * Only its values and failures go further.
     */
    @Test
    void shouldConfineConsulApisClientToOneGateway() {
        holds(noClasses()
                .that()
                .resideInAPackage("dev.incumbent..")
                .and()
                .haveSimpleNameNotStartingWith("ConsulApi")
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.ecwid..")
                        .and(not(resideInAnyPackage(
                                "com.ecwid.consul.v1.kv.model", "com.ecwid.consul.v1.session.model")))
                        .and(not(belongToAnyOf(Response.class, ConsulException.class, OperationException.class)))));
    }

    /** Consensus can be replaced: MicroRaft is seen by the harness only. */
    @Test
    void shouldKeepConsensusBehindItsHarness() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackage("dev.incumbent.embedded.raft..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.microraft.."));
        holds(noClasses()
                .that()
                .resideOutsideOfPackages("dev.incumbent.embedded.etcd..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.incumbent.embedded.etcd.internal.."));
        holds(noClasses()
                .that()
                .resideOutsideOfPackages("dev.incumbent.embedded.consul..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.incumbent.embedded.consul.internal.."));
    }

    /** The simulation stands in for the runtime and decorates the machines with mistakes: it alone may look inside. */
    @Test
    void shouldKeepInternalPackagesToTheirModule() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackages(CORE_INTERNAL, SPI, "dev.incumbent.testkit.simulation..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CORE_INTERNAL));
    }

    @Test
    void shouldKeepTheMachinesPure() {
        holds(noClasses()
                .that()
                .resideInAPackage("dev.incumbent.election.internal.machine..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "dev.incumbent.election.internal.runtime..",
                        "java.util.concurrent..",
                        "org.slf4j..",
                        "java.io..",
                        "java.net..")));
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        holds(slices().matching("dev.incumbent.(fencing..)").should().beFreeOfCycles());
        holds(slices().matching("dev.incumbent.election.internal.(*)..")
                .should()
                .beFreeOfCycles());
        holds(slices().matching("dev.incumbent.(*)..").should().beFreeOfCycles());
    }

    /** Embedded servers, demos and benchmarks time things for people; whoever decides anything takes a Ticker. */
    @Test
    void shouldReadClocksInOneClassOfTheElectionAndOneOfFencing() {
        Set<String> readers = Set.of("dev.incumbent.election.spi.SystemTicker", "dev.incumbent.fencing.SystemClock");
        holds(noClasses()
                .that()
                .resideInAnyPackage(FENCING, API, SPI, CORE_INTERNAL, ZOOKEEPER, ETCD, CONSUL)
                .and(DescribedPredicate.describe("are not the readers", c -> !readers.contains(c.getName())))
                .should()
                .callMethodWhere(DescribedPredicate.describe("a clock is read", ArchitectureTest::readsAClock)));
    }

    private static boolean readsAClock(JavaMethodCall call) {
        String owner = call.getTargetOwner().getName();
        String method = call.getTarget().getName();
        boolean system =
                owner.equals("java.lang.System") && (method.equals("nanoTime") || method.equals("currentTimeMillis"));
        boolean instant = owner.equals(Instant.class.getName()) && method.equals("now");
        return system || instant || (owner.equals(Clock.class.getName()) && method.startsWith("system"));
    }

    @Test
    void shouldCloseImplementationClassesOfAdapters() {
        holds(classes()
                .that()
                .resideInAnyPackage(ZOOKEEPER, ETCD, CONSUL)
                .and()
                .arePublic()
                .and()
                .areNotInterfaces()
                .should()
                .haveSimpleNameStartingWith("ZooKeeperElections")
                .orShould()
                .haveSimpleNameStartingWith("EtcdElections")
                .orShould()
                .haveSimpleName("EtcdFollowing") // what a builder is told
                .orShould()
                .haveSimpleNameStartingWith("ConsulElections")
                .orShould()
                .haveSimpleName("ConsulFollowing") // what a builder is told
                .orShould()
                .haveSimpleName("Builder"));
    }
}
