package dev.incumbent.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What real etcd servers count themselves: messages of clients by method. An independent witness of requests. */
final class EtcdMetrics {

    private static final Pattern MESSAGES =
            Pattern.compile("grpc_server_msg_(received|sent)_total\\{.*grpc_method=\"(\\w+)\".*} (\\S+)");

    private final List<String> endpoints;
    private final HttpClient http = HttpClient.newHttpClient();

    EtcdMetrics(List<String> endpoints) {
        this.endpoints = List.copyOf(endpoints);
    }

    /**
     * Messages since the servers' start, of all of them.
     *
     * @param received by method
     * @param sent by method
     */
    record Reading(Map<String, Long> received, Map<String, Long> sent) {

        Reading since(Reading earlier) {
            return new Reading(Rest.since(earlier.received, received), Rest.since(earlier.sent, sent));
        }

        String text() {
            return "received " + received + ", watch messages sent " + sent.getOrDefault("Watch", 0L);
        }
    }

    Reading read() {
        Map<String, Long> received = new TreeMap<>();
        Map<String, Long> sent = new TreeMap<>();
        for (String endpoint : endpoints) {
            Matcher lines = MESSAGES.matcher(page(endpoint));
            while (lines.find()) {
                Map<String, Long> direction = lines.group(1).equals("sent") ? sent : received;
                direction.merge(lines.group(2), (long) Double.parseDouble(lines.group(3)), Long::sum);
            }
        }
        return new Reading(received, sent);
    }

    private String page(String endpoint) {
        try {
            return http.send(
                            HttpRequest.newBuilder(URI.create(endpoint + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException failure) {
            throw new IllegalStateException("no metrics from " + endpoint, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }
}
