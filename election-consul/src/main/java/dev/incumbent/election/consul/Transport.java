package dev.incumbent.election.consul;

import dev.incumbent.election.ElectionConfigException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Carries requests over HTTP/1.1, on three threads whatever their number.
 *
 * <p>{@code java.net.http} repeats a GET on a connection that had gone stale, but never a PUT. Name resolution blocks the thread
 * that asks for it, so there are two of them besides the selector's. Thread-safe.
 */
final class Transport {

    private static final String REPEATS = "jdk.httpclient.enableAllMethodRetry";

    private static final AtomicInteger TRANSPORTS = new AtomicInteger();

    private final String parameters;
    private final @Nullable Token token;
    private final ExecutorService threads;
    private volatile @Nullable HttpClient client;

    /**
     * Makes one.
     *
     * @param settings what all requests have in common
     */
    Transport(Settings settings) {
        this.parameters = settings.datacenter() == null ? "" : "dc=" + Keys.encode(settings.datacenter());
        this.token = settings.token();
        String name = "incumbent-consul-http-" + TRANSPORTS.incrementAndGet();
        this.threads = Executors.newFixedThreadPool(2, task -> {
            Thread worker = new Thread(task, name);
            worker.setDaemon(true);
            return worker;
        });
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.connectTimeout())
                .executor(threads);
        if (settings.encryption() != null) {
            builder.sslContext(settings.encryption());
        }
        this.client = builder.build();
    }

    /** A write that is sent again by itself may undo what came after the first. */
    static void checkRepeats() {
        String setting = System.getProperty(REPEATS);
        if (setting != null && (setting.isEmpty() || Boolean.parseBoolean(setting))) {
            throw new ElectionConfigException(
                    "The JVM is told to repeat requests that write (-D" + REPEATS + "); elections cannot be held so");
        }
    }

    /**
     * What all requests have in common.
     *
     * @param datacenter which is asked, null for the agent's own
     * @param token who asks, null for nobody
     * @param encryption null for what the JVM trusts
     * @param connectTimeout how long a connection may take
     */
    record Settings(
            @Nullable String datacenter,
            @Nullable Token token,
            @Nullable SSLContext encryption,
            Duration connectTimeout) {}

    CompletableFuture<HttpResponse<String>> send(URI endpoint, Question question) {
        HttpClient open = client;
        if (open == null) {
            return CompletableFuture.failedFuture(new ConnectException("the client is closed"));
        }
        return open.sendAsync(request(endpoint, question), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private HttpRequest request(URI endpoint, Question question) {
        List<String> query = new ArrayList<>(question.parameters());
        if (!parameters.isEmpty()) {
            query.add(parameters);
        }
        String address = endpoint + question.path() + (query.isEmpty() ? "" : "?" + String.join("&", query));
        String body = question.body();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address))
                .method(
                        question.method(),
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        Token who = token;
        if (who != null) {
            request.header("X-Consul-Token", who.secret());
        }
        return request.build();
    }

    /** Whether a request certainly has not left, since there was no connection for it. */
    static boolean neverLeft(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException
                    || cause instanceof HttpConnectTimeoutException
                    || cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Ends the threads. Before JDK 21 connections that lie idle are closed only when the collector comes for their client, which
     * is let go of here.
     */
    void close() {
        HttpClient last = client;
        client = null;
        if (last != null) {
            shutDown(last);
        }
        threads.shutdown();
    }

    private static void shutDown(HttpClient last) {
        try {
            HttpClient.class.getMethod("shutdownNow").invoke(last);
        } catch (ReflectiveOperationException older) {
            // JDK 17 has no such method.
        }
    }
}
