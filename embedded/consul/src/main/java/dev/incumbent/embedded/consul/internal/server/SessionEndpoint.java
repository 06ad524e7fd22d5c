package dev.incumbent.embedded.consul.internal.server;

import dev.incumbent.embedded.consul.internal.store.Command;
import dev.incumbent.embedded.consul.internal.store.ConsulMachine;
import dev.incumbent.embedded.consul.internal.store.GoText;
import dev.incumbent.embedded.consul.internal.store.Reply;
import dev.incumbent.embedded.consul.internal.store.Session;
import dev.incumbent.embedded.consul.internal.store.Uuids;
import dev.incumbent.embedded.raft.RaftException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** {@code /v1/session/}. */
final class SessionEndpoint {

    static final String DESTROY = "/v1/session/destroy/";
    static final String RENEW = "/v1/session/renew/";
    static final String INFO = "/v1/session/info/";
    static final String NODE = "/v1/session/node/";

    private final Backend backend;
    private final Leaders leaders;
    private final Reads reads;
    private final String nodeName;

    SessionEndpoint(Backend backend, Leaders leaders, Reads reads, String nodeName) {
        this.backend = backend;
        this.leaders = leaders;
        this.reads = reads;
        this.nodeName = nodeName;
    }

    CompletableFuture<Response> create(Request request) {
        NewSession wanted = NewSession.of(request, nodeName);
        Guard guard = Guard.of(request, backend);
        wanted.requireNode(backend);
        guard.require(guard.rights().sessions());
        Session session = wanted.session(backend);
        return backend.submit(new Command.CreateSession(session)).thenApply(reply -> {
            accept(reply);
            return Response.json(
                    200,
                    Json.write(request.has("pretty"), json -> json.object(fields -> fields.field("ID", session.id()))));
        });
    }

    private void accept(Reply reply) {
        if (reply instanceof Reply.Refused refused) {
            throw HttpFailure.internal(backend.refusal(refused.what()));
        }
    }

    CompletableFuture<Response> destroy(Request request) {
        String id = id(request, DESTROY);
        Guard guard = Guard.of(request, backend);
        if (!guard.enabled()) {
            return destroy(request, id);
        }
        Uuids.problem(id).ifPresent(problem -> {
            throw HttpFailure.internal(backend.refusal("Session lookup failed: " + problem));
        });
        return backend.read(machine -> machine.session(id).isPresent()).thenCompose(exists -> {
            guard.require(!exists || guard.rights().sessions());
            return destroy(request, id);
        });
    }

    private CompletableFuture<Response> destroy(Request request, String id) {
        return backend.submit(new Command.DestroySession(id)).thenApply(reply -> {
            accept(reply);
            return KvEndpoint.answer(request, true);
        });
    }

    private String id(Request request, String prefix) {
        String id = request.after(prefix);
        if (id.isEmpty()) {
            throw HttpFailure.badRequest("Missing session");
        }
        return id;
    }

    /** Counted by the leader alone: nothing is written to the log. */
    CompletableFuture<Response> renew(Request request) {
        QueryOptions.of(request);
        String id = id(request, RENEW);
        requireUuid(id);
        Guard guard = Guard.of(request, backend);
        return leaders.ask((leader, machine) -> {
                    if (machine.session(id).isPresent()) {
                        guard.require(guard.rights().sessions());
                    }
                    return renewed(leader.clocks().renew(machine, id, System.nanoTime()));
                })
                .thenApply(session -> session.isPresent()
                        ? sessions(request, List.of(session.get()))
                        : Response.text(404, "Session id '" + GoText.text(id) + "' not found"));
    }

    private static Optional<Session> renewed(SessionClocks.Renewal renewal) {
        if (renewal instanceof SessionClocks.Renewal.Renewed renewed) {
            return Optional.of(renewed.session());
        }
        if (renewal instanceof SessionClocks.Renewal.Unknown) {
            return Optional.empty();
        }
        throw new RaftException.Unavailable("the session is about to end, or leadership moved on");
    }

    private void requireUuid(String id) {
        Uuids.problem(id).ifPresent(problem -> {
            throw HttpFailure.internal(backend.refusal(problem));
        });
    }

    CompletableFuture<Response> info(Request request) {
        QueryOptions options = QueryOptions.of(request);
        String id = id(request, INFO);
        Optional<String> problem = Uuids.problem(id);
        if (problem.isPresent()) {
            // Consul sets these headers before it knows what they should say.
            return CompletableFuture.completedFuture(Response.text(500, backend.refusal(problem.get()))
                    .with("X-Consul-Index", "1")
                    .with("X-Consul-Knownleader", "false")
                    .with("X-Consul-Lastcontact", "0"));
        }
        return reads.ask(
                request, options, query(request, machine -> scope(machine, id), machine -> machine.session(id).stream()
                        .toList()));
    }

    /** One that is not there is woken by any, as in Consul unless there are many. */
    private static Scope scope(ConsulMachine machine, String id) {
        return machine.session(id)
                .<Scope>map(session -> new Scope.OneSession(session.id()))
                .orElseGet(Scope.Sessions::new);
    }

    CompletableFuture<Response> list(Request request) {
        return reads.ask(
                request,
                QueryOptions.of(request),
                query(request, machine -> new Scope.Sessions(), machine -> List.copyOf(machine.sessions())));
    }

    CompletableFuture<Response> ofNode(Request request) {
        QueryOptions options = QueryOptions.of(request);
        String node = request.after(NODE);
        if (node.isEmpty()) {
            throw HttpFailure.badRequest("Missing node name");
        }
        return reads.ask(
                request, options, query(request, machine -> new Scope.Sessions(), machine -> machine.sessions().stream()
                        .filter(session -> session.node().equalsIgnoreCase(node))
                        .toList()));
    }

    private Query query(
            Request request, Function<ConsulMachine, Scope> scope, Function<ConsulMachine, List<Session>> found) {
        Guard guard = Guard.of(request, backend);
        return new Query(scope, ConsulMachine::sessionsIndex, machine -> {
            List<Session> sessions = guard.rights().sessions() ? found.apply(machine) : List.of();
            return () -> sessions(request, sessions);
        });
    }

    private static Response sessions(Request request, List<Session> sessions) {
        return Response.json(200, Json.write(request.has("pretty"), json -> json.array(sessions, Views::session)));
    }
}
