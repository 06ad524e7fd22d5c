package dev.incumbent.embedded.consul.differential;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.realservers.RealConsul;
import dev.incumbent.realservers.RealConsulCluster;
import dev.incumbent.realservers.RealConsulClusterBuilder;

/** Real servers with the settings that transcripts were recorded with; a test that asks is skipped where there is none. */
final class Real {

    private Real() {}

    static RealConsulCluster one() {
        return settings().start();
    }

    static RealConsulCluster withAcl() {
        return settings().acl(Embedded.TOKEN).start();
    }

    static RealConsulCluster three() {
        return settings().nodes(3).start();
    }

    private static RealConsulClusterBuilder settings() {
        assumeTrue(RealConsul.installation("1.8").isPresent(), RealConsul.why());
        return RealConsulCluster.builder(RealConsul.installation("1.8").orElseThrow());
    }

    static HttpSubject subject(RealConsulCluster servers) {
        return new HttpSubject(
                servers.installation().toString(), Embedded.leaderFirst(servers.httpEndpoints(), servers.leader()));
    }

    static HttpSubject guardedSubject(RealConsulCluster server) {
        return new HttpSubject(server.installation() + " with ACLs", server.httpEndpoints(), Embedded.TOKEN);
    }
}
