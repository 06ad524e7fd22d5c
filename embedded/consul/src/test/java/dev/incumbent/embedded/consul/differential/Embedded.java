package dev.incumbent.embedded.consul.differential;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.embedded.consul.EmbeddedConsulBuilder;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Embedded servers with the settings that transcripts were recorded with. */
final class Embedded {

    static final String TOKEN = "3a8f3b0e-6c2b-4d57-9e01-5c7a51d0a6f1";

    private Embedded() {}

    static EmbeddedConsul one() {
        return settings().nodes(1).start();
    }

    static EmbeddedConsul withAcl() {
        return settings().nodes(1).managementToken(TOKEN).start();
    }

    static EmbeddedConsul three() {
        return settings().nodes(3).start();
    }

    private static EmbeddedConsulBuilder settings() {
        return EmbeddedConsul.builder().sessionTtlMin(Duration.ofSeconds(1));
    }

    static HttpSubject subject(EmbeddedConsul servers) {
        int leader = servers.awaitLeader(Duration.ofSeconds(20));
        return new HttpSubject("embedded", leaderFirst(servers.httpEndpoints(), leader)).parked(() -> parked(servers));
    }

    static HttpSubject guardedSubject(EmbeddedConsul server) {
        return new HttpSubject("embedded with ACLs", server.httpEndpoints(), TOKEN).parked(() -> parked(server));
    }

    private static int parked(EmbeddedConsul servers) {
        return servers.nodes().stream().mapToInt(servers::parkedQueries).sum();
    }

    /** The endpoint of the leader, a number from 1 on, and then the others. */
    static List<String> leaderFirst(List<String> endpoints, int leader) {
        String first = endpoints.get(leader - 1);
        return Stream.concat(Stream.of(first), endpoints.stream().filter(url -> !url.equals(first)))
                .toList();
    }
}
