package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.Node;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * {@code /v1/catalog/} and {@code /v1/health/}: the servers, the service {@code consul} that they are, and the check
 * {@code serfHealth} that each has. Nothing can be registered.
 */
final class CatalogEndpoint {

    static final String SERVICE = "/v1/catalog/service/";
    static final String NODE = "/v1/catalog/node/";
    static final String HEALTH_NODE = "/v1/health/node/";
    static final String HEALTH_CHECKS = "/v1/health/checks/";
    static final String HEALTH_STATE = "/v1/health/state/";
    static final String HEALTH_SERVICE = "/v1/health/service/";
    private static final String CONSUL = "consul";

    private final Backend backend;
    private final Reads reads;

    CatalogEndpoint(Backend backend, Reads reads) {
        this.backend = backend;
        this.reads = reads;
    }

    CompletableFuture<Response> nodes(Request request) {
        return list(request, ConsulMachine::nodesIndex, CatalogEndpoint::all, this::node);
    }

    private static List<Node> all(ConsulMachine machine) {
        return List.copyOf(machine.nodes());
    }

    private void node(Json json, Node node) throws IOException {
        Views.node(json, node, backend.settings().datacenter());
    }

    CompletableFuture<Response> services(Request request) {
        return ask(
                request,
                ConsulMachine::nodesIndex,
                CatalogEndpoint::all,
                List.<Node>of(),
                (json, nodes) -> json.object(fields -> {
                    if (!nodes.isEmpty()) {
                        fields.name(CONSUL).array(List.<String>of(), Json::text);
                    }
                }));
    }

    CompletableFuture<Response> service(Request request) {
        String service = required(request, SERVICE, "Missing service name");
        return list(request, ConsulMachine::nodesIndex, machine -> ofService(machine, service), this::serviceNode);
    }

    private static List<Node> ofService(ConsulMachine machine, String service) {
        return service.equals(CONSUL) ? all(machine) : List.of();
    }

    private void serviceNode(Json json, Node node) throws IOException {
        json.object(fields -> {
            Views.address(fields, node, backend.settings().datacenter());
            fields.name("NodeMeta").object(meta -> meta.field("consul-network-segment", ""));
            fields.field("ServiceKind", "").field("ServiceID", CONSUL).field("ServiceName", CONSUL);
            fields.name("ServiceTags").array(List.<String>of(), Json::text).field("ServiceAddress", "");
            fields.name("ServiceWeights").object(CatalogEndpoint::weights);
            fields.name("ServiceMeta").object(meta -> meta.field("version", AgentEndpoint.VERSION));
            fields.field("ServicePort", node.port()).field("ServiceEnableTagOverride", false);
            fields.name("ServiceProxy").object(CatalogEndpoint::proxy);
            fields.name("ServiceConnect").object(none -> {});
            fields.field("CreateIndex", node.createIndex()).field("ModifyIndex", node.modifyIndex());
        });
    }

    private static void weights(Json fields) throws IOException {
        fields.field("Passing", 1).field("Warning", 1);
    }

    private static void proxy(Json fields) throws IOException {
        fields.name("MeshGateway").object(none -> {}).name("Expose").object(none -> {});
    }

    private static void service(Json json, Node node) throws IOException {
        json.object(fields -> {
            fields.field("ID", CONSUL).field("Service", CONSUL);
            fields.name("Tags").array(List.<String>of(), Json::text).field("Address", "");
            fields.name("Meta").object(meta -> meta.field("version", AgentEndpoint.VERSION));
            fields.field("Port", node.port()).name("Weights").object(CatalogEndpoint::weights);
            fields.field("EnableTagOverride", false).name("Proxy").object(CatalogEndpoint::proxy);
            fields.name("Connect").object(none -> {});
            fields.field("CreateIndex", node.createIndex()).field("ModifyIndex", node.modifyIndex());
        });
    }

    CompletableFuture<Response> servicesOfNode(Request request) {
        String name = required(request, NODE, "Missing node name");
        return ask(
                request,
                ConsulMachine::nodesIndex,
                machine -> machine.node(name),
                Optional.<Node>empty(),
                (json, found) -> {
                    if (found.isEmpty()) {
                        json.nothing();
                        return;
                    }
                    json.object(fields -> {
                        fields.name("Node");
                        node(fields, found.get());
                        fields.name("Services").object(services -> {
                            services.name(CONSUL);
                            service(services, found.get());
                        });
                    });
                });
    }

    CompletableFuture<Response> checksOfNode(Request request) {
        String name = required(request, HEALTH_NODE, "Missing node name");
        return list(
                request,
                ConsulMachine::checksIndex,
                machine -> machine.node(name).stream().toList(),
                Views::check);
    }

    /** The service itself has no checks; its nodes have. */
    CompletableFuture<Response> checksOfService(Request request) {
        required(request, HEALTH_CHECKS, "Missing service name");
        return list(request, ConsulMachine::checksIndex, machine -> List.<Node>of(), Views::check);
    }

    CompletableFuture<Response> checksInState(Request request) {
        String state = required(request, HEALTH_STATE, "Missing check state");
        return list(
                request,
                ConsulMachine::checksIndex,
                machine -> machine.nodes().stream()
                        .filter(node -> state.equals("any") || state.equals(node.passing() ? "passing" : "critical"))
                        .toList(),
                Views::check);
    }

    CompletableFuture<Response> health(Request request) {
        String service = required(request, HEALTH_SERVICE, "Missing service name");
        boolean passing = request.has("passing");
        return list(
                request,
                machine -> Math.max(machine.nodesIndex(), machine.checksIndex()),
                machine -> ofService(machine, service).stream()
                        .filter(node -> node.passing() || !passing)
                        .toList(),
                (json, node) -> json.object(fields -> {
                    fields.name("Node");
                    node(fields, node);
                    fields.name("Service");
                    service(fields, node);
                    fields.name("Checks").array(List.of(node), Views::check);
                }));
    }

    private static String required(Request request, String prefix, String otherwise) {
        String rest = request.after(prefix);
        if (rest.isEmpty()) {
            throw HttpFailure.badRequest(otherwise);
        }
        return rest;
    }

    private CompletableFuture<Response> list(
            Request request,
            ToLongFunction<ConsulMachine> index,
            Function<ConsulMachine, List<Node>> found,
            Json.Element<Node> element) {
        return ask(request, index, found, List.of(), (json, nodes) -> json.array(nodes, element));
    }

    private <T> CompletableFuture<Response> ask(
            Request request,
            ToLongFunction<ConsulMachine> index,
            Function<ConsulMachine, T> found,
            T nothing,
            Json.Element<T> document) {
        QueryOptions options = QueryOptions.of(request);
        Guard guard = Guard.of(request, backend);
        Query query = new Query(new Scope.Catalog(), index, machine -> {
            T taken = guard.rights().servers() ? found.apply(machine) : nothing;
            return () -> Response.json(200, Json.write(request.has("pretty"), json -> document.write(json, taken)))
                    .with("X-Consul-Effective-Consistency", options.stale() ? "stale" : "leader");
        });
        return reads.ask(request, options, query);
    }
}
