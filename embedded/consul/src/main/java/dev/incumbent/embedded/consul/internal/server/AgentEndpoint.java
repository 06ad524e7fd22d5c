package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.raft.RaftNode;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** {@code /v1/status/} and {@code /v1/agent/}: what a member says of itself and the others, leader or not. */
final class AgentEndpoint {

    /** The release whose behaviour was measured, and is what this server does. */
    static final String VERSION = "1.8.7";

    private static final int ALIVE = 1;
    private static final int FAILED = 4;

    private final Backend backend;
    private final Cluster cluster;

    AgentEndpoint(Backend backend, Cluster cluster) {
        this.backend = backend;
        this.cluster = cluster;
    }

    CompletableFuture<Response> leader(Request request) {
        Guard.requireDatacenter(request, backend);
        OptionalInt leader = backend.status().leader();
        return json(request, json -> json.text(leader.isPresent() ? address(leader.getAsInt()) : ""));
    }

    CompletableFuture<Response> peers(Request request) {
        Guard.requireDatacenter(request, backend);
        return json(request, json -> json.array(cluster.numbers(), (to, number) -> to.text(address(number))));
    }

    private String address(int number) {
        return "127.0.0.1:" + cluster.port(number);
    }

    CompletableFuture<Response> self(Request request) {
        Access.Rights rights = rights(request);
        if (!rights.servers()) {
            throw HttpFailure.forbidden(Guard.DENIED);
        }
        int own = backend.number();
        return json(
                request,
                json -> json.object(fields -> {
                    fields.name("Config").object(config -> {
                        config.field("Datacenter", backend.settings().datacenter());
                        config.field("NodeName", cluster.name(own)).field("NodeID", cluster.id(own));
                        config.field("Revision", "").field("Server", true).field("Version", VERSION);
                    });
                    fields.name("DebugConfig").object(none -> {});
                    fields.name("Stats").object(this::stats);
                    fields.name("Member");
                    member(fields, own);
                    fields.name("Meta").object(meta -> meta.field("consul-network-segment", ""));
                }));
    }

    /** As much as {@code consul info} shows of a server that knows of nothing but Raft. */
    private void stats(Json json) throws IOException {
        RaftNode.Status status = backend.status();
        json.name("agent").object(agent -> agent.field("check_monitors", "0")
                .field("check_ttls", "0")
                .field("checks", "0")
                .field("services", "0"));
        json.name("build").object(build -> build.field("version", VERSION));
        json.name("consul").object(consul -> {
            consul.field("leader", String.valueOf(status.leads()));
            consul.field(
                    "leader_addr",
                    status.leader().isPresent() ? address(status.leader().getAsInt()) : "");
            consul.field("server", "true");
        });
        json.name("raft").object(raft -> {
            raft.field("applied_index", String.valueOf(status.applied()));
            raft.field("commit_index", String.valueOf(status.committed()));
            raft.field("state", status.leads() ? "Leader" : "Follower");
            raft.field("term", String.valueOf(status.term()));
        });
    }

    /** Answered here, without the leader, which shows in refusals. */
    private Access.Rights rights(Request request) {
        return backend.settings()
                .access()
                .rights(request.token())
                .orElseThrow(() -> HttpFailure.forbidden("ACL not found"));
    }

    CompletableFuture<Response> members(Request request) {
        Access.Rights rights = rights(request);
        return json(request, json -> json.array(rights.servers() ? cluster.numbers() : List.of(), this::member));
    }

    private void member(Json json, int number) throws IOException {
        json.object(fields -> {
            fields.field("Name", cluster.name(number)).field("Addr", "127.0.0.1");
            fields.field("Port", cluster.port(number)).name("Tags").object(tags -> tags.field("acls", "0")
                    .field("build", VERSION + ":")
                    .field("dc", backend.settings().datacenter())
                    .field("id", cluster.id(number))
                    .field("port", String.valueOf(cluster.port(number)))
                    .field("role", "consul")
                    .field("vsn", "2"));
            fields.field("Status", cluster.up(number) ? ALIVE : FAILED);
            fields.field("ProtocolMin", 1).field("ProtocolMax", 5).field("ProtocolCur", 2);
            fields.field("DelegateMin", 2).field("DelegateMax", 5).field("DelegateCur", 4);
        });
    }

    /** Who votes, and who leads. */
    CompletableFuture<Response> raftConfiguration(Request request) {
        Guard guard = Guard.of(request, backend);
        guard.require(guard.rights().servers());
        int leader = backend.status().leader().orElse(0);
        return json(
                request,
                json -> json.object(fields -> fields.name("Servers")
                        .array(
                                cluster.numbers(),
                                (to, number) -> to.object(server -> {
                                    server.field("ID", cluster.id(number)).field("Node", cluster.name(number));
                                    server.field("Address", address(number)).field("Leader", number == leader);
                                    server.field("ProtocolVersion", "3").field("Voter", true);
                                }))
                        .field("Index", 0)));
    }

    /** Tokens are fixed when the cluster starts: nothing of Consul's ACL system is there. */
    static CompletableFuture<Response> noAcls(Request request) {
        return CompletableFuture.completedFuture(Response.text(401, "ACL support disabled"));
    }

    /** There are none but the servers' own, which agents do not list. */
    CompletableFuture<Response> nothing(Request request) {
        return json(request, json -> json.object(none -> {}));
    }

    CompletableFuture<Response> datacenters(Request request) {
        return json(request, json -> json.array(List.of(backend.settings().datacenter()), Json::text));
    }

    private static CompletableFuture<Response> json(Request request, Json.Part part) {
        return CompletableFuture.completedFuture(Response.json(200, Json.write(request.has("pretty"), part)));
    }
}
