package dev.incumbent.realservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** One server of a {@link RealConsulCluster}. */
final class ConsulMember extends RealMember {

    private final String clientUrl;
    private final String raftAddress;
    private final Path data;
    private final Optional<String> token;

    private ConsulMember(
            int number,
            String clientUrl,
            String raftAddress,
            Path data,
            Optional<String> token,
            ServerProcess process) {
        super(nodeName(number), number, process);
        this.clientUrl = clientUrl;
        this.raftAddress = raftAddress;
        this.data = data;
        this.token = token;
    }

    static List<ConsulMember> all(RealConsulClusterBuilder.Settings settings, Path directory) {
        int count = settings.nodes();
        List<Integer> ports = FreePorts.take(3 * count);
        List<ConsulMember> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int http = ports.get(i);
            int raft = ports.get(count + i);
            Path data = directory.resolve(nodeName(i + 1));
            Path configuration = directory.resolve(nodeName(i + 1) + ".json");
            write(
                    configuration,
                    json(configuration(settings, i + 1, data, http, raft, ports.subList(2 * count, 3 * count))));
            List<String> command =
                    List.of(settings.installation().consul().toString(), "agent", "-config-file=" + configuration);
            ServerProcess process = new ServerProcess(command, Map.of(), directory.resolve(nodeName(i + 1) + ".log"));
            members.add(new ConsulMember(
                    i + 1, "http://" + HOST + ":" + http, HOST + ":" + raft, data, settings.masterToken(), process));
        }
        return members;
    }

    private static Map<String, String> configuration(
            RealConsulClusterBuilder.Settings settings, int number, Path data, int http, int raft, List<Integer> serf) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("server", "true");
        entries.put("datacenter", quoted(settings.datacenter()));
        entries.put("node_name", quoted(nodeName(number)));
        // Without it a member that was wiped would come back as somebody else of the same name, and be refused.
        entries.put("node_id", quoted("00000000-0000-4000-8000-%012d".formatted(number)));
        entries.put("data_dir", quoted(data.toString()));
        entries.put("bind_addr", quoted(HOST));
        entries.put("client_addr", quoted(HOST));
        entries.put("bootstrap_expect", "" + settings.nodes());
        entries.put(
                "retry_join",
                serf.stream().map(port -> quoted(HOST + ":" + port)).collect(Collectors.joining(",", "[", "]")));
        entries.put("retry_interval", quoted("1s"));
        entries.put("disable_update_check", "true");
        entries.put("disable_remote_exec", "true");
        entries.put("performance", "{\"raft_multiplier\":1}");
        entries.put("session_ttl_min", quoted(settings.sessionTtlMin().toMillis() + "ms"));
        entries.put(
                "ports",
                "{\"http\":%d,\"server\":%d,\"serf_lan\":%d,\"serf_wan\":-1,\"dns\":-1,\"https\":-1,\"grpc\":-1}"
                        .formatted(http, raft, serf.get(number - 1)));
        settings.masterToken().map(ConsulMember::acl).ifPresent(acl -> entries.put("acl", acl));
        entries.putAll(settings.more());
        return entries;
    }

    private static String acl(String token) {
        return "{\"enabled\":true,\"default_policy\":\"deny\",\"tokens\":{\"master\":%1$s,\"agent\":%1$s}}"
                .formatted(quoted(token));
    }

    private static String json(Map<String, String> entries) {
        return entries.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ":" + entry.getValue())
                .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new RealServerException("Cannot write " + file, e);
        }
    }

    private static String nodeName(int number) {
        return "consul-" + number;
    }

    /** Removes its data, so that the next start is that of an empty server; it must have ended. */
    void wipe() {
        if (isRunning()) {
            throw new IllegalStateException(name() + " runs");
        }
        RealCluster.delete(data);
    }

    @Override
    String clientUrl() {
        return clientUrl;
    }

    @Override
    boolean isHealthy() {
        // Only with its check registered can the node have sessions, and that comes after the leader.
        String checks = ask("/v1/health/node/" + name() + "?consistent");
        return checks.contains("\"serfHealth\"") && checks.contains("\"passing\"");
    }

    @Override
    boolean isLeader() {
        return ask("/v1/status/leader").strip().equals(quoted(raftAddress));
    }

    private String ask(String path) {
        return get(
                clientUrl + path,
                token.map(secret -> Map.of("X-Consul-Token", secret)).orElse(Map.of()));
    }
}
