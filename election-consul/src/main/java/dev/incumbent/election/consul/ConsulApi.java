package dev.incumbent.election.consul;

import com.ecwid.consul.UrlParameters;
import com.ecwid.consul.transport.HttpResponse;
import com.ecwid.consul.v1.ConsistencyMode;
import com.ecwid.consul.v1.ConsulClient;
import com.ecwid.consul.v1.ConsulRawClient;
import com.ecwid.consul.v1.OperationException;
import com.ecwid.consul.v1.QueryParams;
import com.ecwid.consul.v1.Request;
import com.ecwid.consul.v1.Response;
import com.ecwid.consul.v1.kv.model.GetValue;
import com.ecwid.consul.v1.session.model.NewSession;
import com.ecwid.consul.v1.session.model.Session;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one place where consul-api is called, and where it believes to be talking to Consul.
 *
 * <p>consul-api blocks from the request to the parsed answer, so a thread would wait for each poll. Here a call is made twice
 * instead: the first time to learn which request it makes, the second time, when the answer is here, to have it read. Calls do
 * nothing but make one request and read its answer, so that is the same as making it once. Its own transport is never used: it
 * cannot be interrupted, writes the token into the address, and does not say whether a request has left.
 *
 * <p>Touched on the loop only.
 */
final class ConsulApi extends ConsulRawClient {

    /**
     * One call.
     *
     * @param <T> what it yields
     */
    @FunctionalInterface
    interface Call<T> {
        Response<T> on(ConsulApi api);
    }

    /** Carries a request out of a call. */
    private static final class Asked extends RuntimeException {

        private final transient Question question;

        Asked(Question question) {
            super(null, null, false, false);
            this.question = question;
        }
    }

    /** The token goes into a header; consul-api then leaves an empty parameter, which is taken out below. */
    private static final @Nullable String NO_TOKEN = null;

    private static final QueryParams CONSISTENT = new QueryParams(ConsistencyMode.CONSISTENT);

    private final ConsulClient client = new ConsulClient(this);
    private @Nullable HttpResponse answer;

    /** What a call asks of Consul. */
    Question question(Call<?> call) {
        try {
            call.on(this);
        } catch (Asked asked) {
            return asked.question;
        }
        throw new IllegalStateException("the call asked for nothing");
    }

    /**
     * What a call makes of an answer.
     *
     * @throws OperationException if Consul declined
     */
    <T> Response<T> read(Call<T> call, java.net.http.HttpResponse<String> response) {
        Long index = response.headers()
                .firstValue("X-Consul-Index")
                .map(Long::valueOf)
                .orElse(null);
        return read(call, new HttpResponse(response.statusCode(), "", response.body(), index, null, null));
    }

    /**
     * What a call makes of an answer, in consul-api's own form.
     *
     * @throws OperationException if Consul declined
     */
    <T> Response<T> read(Call<T> call, HttpResponse response) {
        answer = response;
        try {
            return call.on(this);
        } finally {
            answer = null;
        }
    }

    // ---- calls

    static Call<String> createSession(NewSession session) {
        return api -> api.client.sessionCreate(session, QueryParams.DEFAULT, NO_TOKEN);
    }

    static Call<Session> renewSession(String id) {
        return api -> api.client.renewSession(id, QueryParams.DEFAULT, NO_TOKEN);
    }

    /** Looks a session up, linearizably; the value is null where there is none. */
    static Call<@Nullable Session> findSession(String id) {
        return api -> api.client.getSessionInfo(id, CONSISTENT, NO_TOKEN);
    }

    static Call<Void> destroySession(String id) {
        return api -> api.client.sessionDestroy(id, QueryParams.DEFAULT, NO_TOKEN);
    }

    /** Reads one key, linearizably; the value is null where there is none. */
    static Call<@Nullable GetValue> get(String key) {
        return api -> api.client.getKVValue(Keys.encode(key), NO_TOKEN, CONSISTENT);
    }

    /** Waits until one key is newer than an index, or the time is up. */
    static Call<@Nullable GetValue> await(String key, long index, long seconds) {
        QueryParams params = QueryParams.Builder.builder()
                .setIndex(index)
                .setWaitTime(seconds)
                .build();
        return api -> api.client.getKVValue(Keys.encode(key), NO_TOKEN, params);
    }

    /** Waits until something below a prefix is newer than an index, or the time is up; reads it all, linearizably. */
    static Call<@Nullable List<GetValue>> awaitAll(String prefix, long index, long seconds) {
        QueryParams params = QueryParams.Builder.builder()
                .setConsistencyMode(ConsistencyMode.CONSISTENT)
                .setIndex(index)
                .setWaitTime(seconds)
                .build();
        return api -> api.client.getKVValues(Keys.encode(prefix), NO_TOKEN, params);
    }

    /** Does several things in one step, which consul-api does not know of. One that only reads does so linearizably. */
    static Call<TxnAnswer> transact(Txn txn) {
        UrlParameters[] parameters = txn.onlyReads() ? new UrlParameters[] {CONSISTENT} : new UrlParameters[0];
        return api -> {
            HttpResponse response = api.makePutRequest("/v1/txn", txn.json(), parameters);
            return switch (response.getStatusCode()) {
                case 200, 409 -> new Response<>(TxnAnswer.of(response.getContent()), response);
                default -> throw new OperationException(response);
            };
        };
    }

    // ---- what consul-api takes for its transport

    private HttpResponse make(String method, String path, List<UrlParameters> parameters, @Nullable String body) {
        HttpResponse response = answer;
        if (response != null) {
            return response;
        }
        List<String> query = parameters.stream()
                .filter(parameter -> parameter != null)
                .flatMap(parameter -> parameter.toUrlParameters().stream())
                .filter(parameter -> !parameter.equals("token"))
                .toList();
        throw new Asked(new Question(method, path, query, body));
    }

    @Override
    public HttpResponse makeGetRequest(String endpoint, UrlParameters... parameters) {
        return make("GET", endpoint, Arrays.asList(parameters), null);
    }

    @Override
    public HttpResponse makeGetRequest(String endpoint, List<UrlParameters> parameters) {
        return make("GET", endpoint, parameters, null);
    }

    @Override
    public HttpResponse makeGetRequest(Request request) {
        return make("GET", request.getEndpoint(), request.getUrlParameters(), null);
    }

    @Override
    public HttpResponse makePutRequest(String endpoint, String content, UrlParameters... parameters) {
        return make("PUT", endpoint, Arrays.asList(parameters), content);
    }

    @Override
    public HttpResponse makePutRequest(Request request) {
        byte[] binary = request.getBinaryContent();
        String body = binary == null ? request.getContent() : new String(binary, StandardCharsets.UTF_8);
        return make("PUT", request.getEndpoint(), request.getUrlParameters(), body);
    }

    @Override
    public HttpResponse makeDeleteRequest(Request request) {
        return make("DELETE", request.getEndpoint(), request.getUrlParameters(), null);
    }
}
