package dev.incumbent.embedded.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.embedded.etcd.wire.AlarmRequest;
import dev.incumbent.embedded.etcd.wire.AlarmRequest.AlarmAction;
import dev.incumbent.embedded.etcd.wire.AlarmType;
import dev.incumbent.embedded.etcd.wire.MaintenanceGrpc;
import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import io.grpc.ManagedChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What operators ask over HTTP, from the embedded server and from a real one. */
@Tag("full")
class HttpDifferentialTest {

    private static final List<String> PATHS = List.of(
            "/health",
            "/health/",
            "/health?serializable=true",
            "/health?serializable=1",
            "/health?exclude=NOSPACE",
            "/health?exclude=CORRUPT",
            "/health?exclude=NOSPACE&exclude=CORRUPT",
            "/livez",
            "/livez?verbose",
            "/livez?exclude=serializable_read&verbose",
            "/livez/",
            "/livez/serializable_read",
            "/livez/linearizable_read",
            "/readyz",
            "/readyz?verbose",
            "/readyz?verbose=false&exclude=data_corruption",
            "/readyz?exclude=data_corruption&exclude=other",
            "/readyz/data_corruption",
            "/readyz/serializable_read?verbose",
            "/readyz/linearizable_read?verbose&exclude=linearizable_read",
            "/readyz/other",
            "/other");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void shouldAnswerAsRealEtcdDoes() throws Exception {
        assumeTrue(RealEtcd.installation("3.5").isPresent(), RealEtcd.why());
        try (EmbeddedEtcd embedded = EmbeddedEtcd.start(1);
                RealEtcdCluster real =
                        RealEtcdCluster.start(RealEtcd.installation("3.5").orElseThrow(), 1)) {
            String ours = embedded.endpoint(1);
            String theirs = real.endpoint(1);
            assertThat(answers(ours)).isEqualTo(answers(theirs));
            for (AlarmType alarm : List.of(AlarmType.NOSPACE, AlarmType.CORRUPT)) {
                alarm(ours, AlarmAction.ACTIVATE, alarm);
                alarm(theirs, AlarmAction.ACTIVATE, alarm);
                assertThat(answers(ours)).isEqualTo(answers(theirs));
                // Which of two etcd names is chance.
                alarm(ours, AlarmAction.DEACTIVATE, alarm);
                alarm(theirs, AlarmAction.DEACTIVATE, alarm);
            }
        }
    }

    private static void alarm(String endpoint, AlarmAction action, AlarmType alarm) {
        ManagedChannel channel = Channels.to(endpoint);
        try {
            AlarmRequest request = AlarmRequest.newBuilder()
                    .setAction(action)
                    .setAlarm(alarm)
                    .setMemberID(7)
                    .build();
            assertThat(MaintenanceGrpc.newBlockingStub(channel).alarm(request).getAlarmsCount())
                    .isEqualTo(1);
        } finally {
            Channels.close(channel);
        }
    }

    private List<String> answers(String endpoint) throws Exception {
        List<String> answers = new ArrayList<>();
        for (String path : PATHS) {
            answers.add(answer(endpoint, path, "GET"));
        }
        for (String path : List.of("/health", "/livez", "/readyz/data_corruption", "/other")) {
            answers.add(answer(endpoint, path, "POST"));
        }
        return answers;
    }

    /** The order of checks is chance with etcd. */
    private String answer(String endpoint, String path, String method) throws Exception {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create(endpoint + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return method + " " + path + " -> " + response.statusCode() + " "
                + response.headers().firstValue("content-type").orElse("") + " "
                + response.headers().firstValue("allow").orElse("") + " "
                + response.body().length() + " "
                + response.body().lines().sorted().toList();
    }
}
