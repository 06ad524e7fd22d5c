package dev.incumbent.election.etcd;

import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sits between the adapter and its channels: counts what goes by, loses or holds replies to requests that took effect, and leads
 * calls to other servers.
 */
final class Tap implements ClientInterceptor {

    /** What becomes of the replies to a call. */
    private enum Fate {
        PASS,
        /** The server answered, the connection broke before the answer came. */
        BREAK,
        /** Nothing comes, until the caller cancels. */
        SILENCE,
        /** They come when {@link #release} is called. */
        HOLD
    }

    private record Rule(Predicate<Object> request, Fate fate, AtomicInteger left) {}

    private final Map<String, AtomicInteger> sent = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> opened = new ConcurrentHashMap<>();
    private final List<Runnable> held = new ArrayList<>();
    private volatile @Nullable Rule rule;
    private volatile @Nullable Channel elsewhere;
    private volatile @Nullable Executor loop;

    /** Where held replies are to be delivered. */
    void on(EtcdCoordinator coordinator) {
        loop = coordinator.loop();
    }

    private static void count(Map<String, AtomicInteger> counts, String key) {
        counts.computeIfAbsent(key, method -> new AtomicInteger()).incrementAndGet();
    }

    private static Map<String, Integer> read(Map<String, AtomicInteger> counts) {
        Map<String, Integer> read = new TreeMap<>();
        counts.forEach((method, count) -> {
            if (count.get() > 0) {
                read.put(method, count.get());
            }
        });
        return read;
    }

    /** Messages sent so far, by method; watch messages by kind. */
    Map<String, Integer> sent() {
        return read(sent);
    }

    Map<String, Integer> received() {
        return read(received);
    }

    /** Calls and streams opened so far, by method. */
    Map<String, Integer> opened() {
        return read(opened);
    }

    void reset() {
        sent.clear();
        received.clear();
        opened.clear();
    }

    /** The replies to the next so many matching requests are lost with the connection. */
    void breakAfter(int times, Predicate<Object> request) {
        rule = new Rule(request, Fate.BREAK, new AtomicInteger(times));
    }

    void silence(int times, Predicate<Object> request) {
        rule = new Rule(request, Fate.SILENCE, new AtomicInteger(times));
    }

    void hold(Predicate<Object> request) {
        rule = new Rule(request, Fate.HOLD, new AtomicInteger(Integer.MAX_VALUE));
    }

    void heal() {
        rule = null;
    }

    int held() {
        synchronized (held) {
            return held.size();
        }
    }

    void release() {
        rule = null;
        synchronized (held) {
            held.forEach(Objects.requireNonNull(loop, "on(coordinator) was not called")::execute);
            held.clear();
        }
    }

    /** Leads every further call to other servers; null leads them back. */
    void redirect(@Nullable Channel other) {
        elsewhere = other;
    }

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        String name = String.valueOf(method.getBareMethodName());
        count(opened, name);
        Channel other = elsewhere;
        return new Tapped<>(name, (other == null ? next : other).newCall(method, options));
    }

    private static String kind(String method, Object message) {
        if (message instanceof WatchRequest watch) {
            return method + " " + watch.getRequestUnionCase();
        }
        if (message instanceof WatchResponse watch) {
            return method + (watch.getCreated() ? " created" : watch.getEventsCount() > 0 ? " events" : " other");
        }
        return method;
    }

    /** Knows the watches of a stream that are made and given up for a sign of life. Created is told in the order of asking. */
    private static final class Probes {

        private final Deque<Boolean> asked = new ArrayDeque<>();
        private final Set<Long> ids = new HashSet<>();

        boolean is(Object request) {
            if (!(request instanceof WatchRequest watch)) {
                return false;
            }
            if (!watch.hasCreateRequest()) {
                return ids.contains(watch.getCancelRequest().getWatchId());
            }
            boolean probe = watch.getCreateRequest().getFiltersCount() == 2;
            asked.add(probe);
            return probe;
        }

        boolean answers(Object response) {
            if (!(response instanceof WatchResponse watch)) {
                return false;
            }
            if (watch.getCreated() && Boolean.TRUE.equals(asked.poll())) {
                ids.add(watch.getWatchId());
                return true;
            }
            return false;
        }
    }

    private final class Tapped<Q, R> extends SimpleForwardingClientCall<Q, R> {

        private final String method;
        private volatile Fate fate = Fate.PASS;
        private ClientCall.@Nullable Listener<R> listener;
        private boolean swallowed;
        private final Probes probes = new Probes();

        Tapped(String method, ClientCall<Q, R> call) {
            super(call);
            this.method = method;
        }

        @Override
        public void start(ClientCall.Listener<R> told, Metadata headers) {
            listener = told;
            super.start(new Heard(told), headers);
        }

        @Override
        public void sendMessage(Q message) {
            count(sent, probes.is(message) ? "Watch PROBE" : kind(method, message));
            Rule present = rule;
            if (present != null
                    && present.request.test(message)
                    && present.left.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                fate = present.fate;
            }
            super.sendMessage(message);
        }

        @Override
        public void cancel(@Nullable String why, @Nullable Throwable cause) {
            super.cancel(why, cause);
            ClientCall.Listener<R> told = listener;
            if (swallowed && told != null) {
                swallowed = false;
                told.onClose(Status.CANCELLED.withDescription(why), new Metadata());
            }
        }

        private final class Heard extends SimpleForwardingClientCallListener<R> {

            private boolean broken;

            Heard(ClientCall.Listener<R> told) {
                super(told);
            }

            @Override
            public void onMessage(R message) {
                count(received, probes.answers(message) ? "Watch other" : kind(method, message));
                switch (fate) {
                    case PASS -> super.onMessage(message);
                    case BREAK -> {
                        broken = true;
                        request(1);
                        super.onClose(Status.UNAVAILABLE.withDescription("the connection broke"), new Metadata());
                    }
                    case SILENCE -> swallowed = true;
                    case HOLD -> keep(() -> delegate().onMessage(message));
                }
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                if (broken || swallowed) {
                    return;
                }
                if (fate == Fate.HOLD && status.isOk()) {
                    keep(() -> delegate().onClose(status, trailers));
                } else {
                    super.onClose(status, trailers);
                }
            }

            private void keep(Runnable delivery) {
                synchronized (held) {
                    held.add(delivery);
                }
            }
        }
    }
}
