package dev.incumbent.election.consul;

import com.ecwid.consul.ConsulException;
import com.ecwid.consul.v1.OperationException;
import com.ecwid.consul.v1.Response;
import com.google.gson.JsonParseException;
import dev.incumbent.election.spi.IoLoop;
import dev.incumbent.election.spi.Subscription;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests through one agent at a time, each bounded.
 *
 * <p>A read, and a write that certainly was not sent, goes on to the next agent until the time is up. A write that was sent
 * is never sent again here: what its loss leaves open is for the caller to look up. Touched on the loop only.
 */
final class Agents {

    private static final Logger log = LoggerFactory.getLogger(Agents.class);

    private static final int MOST_TRIES = 3;

    /** Pause before the same agent is asked again. */
    private static final long PAUSE_NANOS = 50_000_000L;

    /** How requests travel. */
    @FunctionalInterface
    interface Sender {
        CompletableFuture<HttpResponse<String>> send(URI endpoint, Question question);
    }

    private final IoLoop loop;
    private final Sender sender;
    private final Runnable onClose;
    private final List<URI> endpoints;
    private final long boundNanos;
    private final ConsulApi api = new ConsulApi();
    private final Set<Unary<?>> open = new HashSet<>();

    /** Those that were waited for in vain and have not answered since. */
    private final Set<URI> silent = new HashSet<>();

    /** Those whose polls were left of late: what is left stays counted there until its time is up, so that is not done often. */
    private final Set<URI> leftOfLate = new HashSet<>();

    private int preferred;
    private boolean closed;

    /**
     * Makes some.
     *
     * @param loop where everything happens
     * @param sender how requests travel
     * @param onClose ends the connections
     * @param endpoints the agents, at least one
     * @param boundNanos what a call may take, all tries together
     */
    Agents(IoLoop loop, Sender sender, Runnable onClose, List<URI> endpoints, long boundNanos) {
        this.loop = loop;
        this.sender = sender;
        this.onClose = onClose;
        this.endpoints = List.copyOf(endpoints);
        this.boundNanos = boundNanos;
    }

    IoLoop loop() {
        return loop;
    }

    long boundNanos() {
        return boundNanos;
    }

    boolean isClosed() {
        return closed;
    }

    private URI preferredAgent() {
        return endpoints.get(preferred);
    }

    /** An agent did not do its work: others are preferred from now on. */
    private void failed(URI endpoint) {
        if (!endpoint.equals(preferredAgent()) || endpoints.size() == 1) {
            return;
        }
        preferred = (preferred + 1) % endpoints.size();
        log.debug("Consul: {} failed, going on with {}", endpoint, preferredAgent());
    }

    /** An agent was waited for in vain: it hangs, or all of them wait until Consul has a leader again. */
    private void gaveUp(URI endpoint) {
        silent.add(endpoint);
        failed(endpoint);
    }

    /** One that answers shows that those that were waited for in vain hang by themselves. */
    private void answered(URI endpoint) {
        silent.remove(endpoint);
        for (URI other : List.copyOf(silent)) {
            if (leftOfLate.add(other)) {
                silent.remove(other);
                loop.schedule(() -> leftOfLate.remove(other), 2 * boundNanos);
                // What waits there would hear of nothing until its time is up.
                List.copyOf(open).forEach(call -> call.leave(other));
            }
        }
    }

    <T> CompletableFuture<Reply<T>> read(ConsulApi.Call<T> call) {
        return begin(new Unary<>(call, false, boundNanos, MOST_TRIES)).result;
    }

    <T> CompletableFuture<Reply<T>> write(ConsulApi.Call<T> call) {
        return begin(new Unary<>(call, true, boundNanos, MOST_TRIES)).result;
    }

    /** A blocking query: one try, which ends when something has changed or the time is up. */
    <T> Poll<T> poll(ConsulApi.Call<T> call, long withinNanos) {
        Unary<T> unary = begin(new Unary<>(call, false, withinNanos + boundNanos, 1));
        return new Poll<>(unary.result, () -> unary.abort("given up"));
    }

    /**
     * A blocking query under way.
     *
     * @param reply its end
     * @param abort ends it, and its connection with it
     */
    record Poll<T>(CompletableFuture<Reply<T>> reply, Runnable abort) {}

    private <T> Unary<T> begin(Unary<T> call) {
        call.begin();
        return call;
    }

    private final class Unary<T> {

        private final ConsulApi.Call<T> call;
        private final Question question;
        private final boolean write;
        private final long withinNanos;
        private final int mostTries;
        private final CompletableFuture<Reply<T>> result = new CompletableFuture<>();
        private Subscription bound = () -> {};
        private Subscription impatience = () -> {};
        private @Nullable CompletableFuture<HttpResponse<String>> underWay;
        private @Nullable URI asked;
        private boolean mayHaveLeft;
        private boolean timeIsUp;
        private int tried;

        Unary(ConsulApi.Call<T> call, boolean write, long withinNanos, int mostTries) {
            this.call = call;
            this.question = api.question(call);
            this.write = write;
            this.withinNanos = withinNanos;
            this.mostTries = mostTries;
        }

        void begin() {
            if (closed) {
                result.complete(Reply.failed(Trouble.unanswered("the client is closed", false)));
                return;
            }
            open.add(this);
            bound = loop.schedule(this::onTimeIsUp, withinNanos);
            send();
        }

        private void send() {
            if (result.isDone()) {
                return;
            }
            tried++;
            URI endpoint = preferredAgent();
            asked = endpoint;
            mayHaveLeft = true;
            CompletableFuture<HttpResponse<String>> sending;
            try {
                sending = sender.send(endpoint, question);
            } catch (RuntimeException unsendable) {
                // The JDK's message may name what a header holds, and no other agent would be sent it.
                String what = "the request could not be made: " + unsendable.getClass();
                finish(Reply.failed(Trouble.unanswered(what, false)));
                return;
            }
            underWay = sending;
            if (!write && mostTries > 1) {
                impatience = loop.schedule(
                        () -> {
                            gaveUp(endpoint);
                            sending.cancel(true);
                        },
                        tryNanos());
            }
            sending.whenCompleteAsync((response, failure) -> onEnd(endpoint, response, failure), loop);
        }

        /** How long one agent is waited for before another is asked; the last one has all the time that is left. */
        private long tryNanos() {
            int others = Math.min(endpoints.size(), mostTries) - tried;
            return others <= 0 ? withinNanos : withinNanos / (2L * mostTries) * tried;
        }

        private void onEnd(URI endpoint, @Nullable HttpResponse<String> response, @Nullable Throwable failure) {
            if (result.isDone()) {
                return;
            }
            impatience.close();
            if (response != null) {
                onAnswer(endpoint, response);
                return;
            }
            Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : failure;
            mayHaveLeft = !Transport.neverLeft(cause);
            onFailure(endpoint, Trouble.unanswered(endpoint + ": " + cause, mayHaveLeft));
        }

        private void onAnswer(URI endpoint, HttpResponse<String> response) {
            if (isForeign(response)) {
                onFailure(endpoint, Trouble.unanswered("a 404 without an index is not Consul's", true));
                return;
            }
            try {
                Response<T> read = api.read(call, response);
                Long index = read.getConsulIndex();
                answered(endpoint);
                finish(new Reply<>(read.getValue(), index == null ? 0 : index, null));
            } catch (OperationException declined) {
                Trouble trouble = new Trouble(declined.getStatusCode(), declined.getStatusContent(), true);
                if (ConsulErrors.refusal(trouble) != null) {
                    answered(endpoint);
                    finish(Reply.failed(trouble));
                } else {
                    onFailure(endpoint, trouble);
                }
            } catch (ConsulException
                    | JsonParseException
                    | IllegalStateException
                    | IllegalArgumentException unreadable) {
                onFailure(endpoint, new Trouble(response.statusCode(), "unreadable: " + unreadable.getMessage(), true));
            }
        }

        /** A proxy whose agent is away says the same as Consul of a key that is not there, but for the index. */
        private boolean isForeign(HttpResponse<String> response) {
            return response.statusCode() == 404
                    && question.path().startsWith("/v1/kv/")
                    && response.headers().firstValue("X-Consul-Index").isEmpty();
        }

        private void onFailure(URI endpoint, Trouble trouble) {
            failed(endpoint);
            boolean mayRepeat = !write || !ConsulErrors.leavesOpen(trouble);
            // A write that has not left so often is said not to have, while that is certain.
            boolean enough = mostTries == 1 || (write && tried >= mostTries * endpoints.size());
            if (timeIsUp || closed || !mayRepeat || enough) {
                finish(Reply.failed(trouble));
            } else if (tried % endpoints.size() == 0) {
                loop.schedule(this::send, PAUSE_NANOS);
            } else {
                send();
            }
        }

        private void onTimeIsUp() {
            URI waitedFor = asked;
            abort("no answer in time");
            if (waitedFor != null) {
                gaveUp(waitedFor);
            }
        }

        /** Gives up waiting for a change at an agent that is silent. */
        void leave(URI hanging) {
            if (mostTries == 1 && hanging.equals(asked)) {
                abort(hanging + " is silent");
            }
        }

        /** Ends it with what is known now. */
        void abort(String why) {
            if (result.isDone()) {
                return;
            }
            timeIsUp = true;
            CompletableFuture<HttpResponse<String>> last = underWay;
            finish(Reply.failed(Trouble.unanswered(why, mayHaveLeft)));
            if (last != null) {
                last.cancel(true);
            }
        }

        private void finish(Reply<T> reply) {
            bound.close();
            impatience.close();
            open.remove(this);
            result.complete(reply);
        }
    }

    /** Ends what is open, and the connections. */
    void close() {
        closed = true;
        for (Unary<?> call : List.copyOf(open)) {
            call.abort("the client is closed");
        }
        onClose.run();
    }
}
