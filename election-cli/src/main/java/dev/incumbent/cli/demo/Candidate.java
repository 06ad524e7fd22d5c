package dev.incumbent.cli.demo;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.Election;
import dev.incumbent.election.ElectionClient;
import dev.incumbent.election.LeaderLoop;
import dev.incumbent.election.Leadership;
import dev.incumbent.election.LeadershipListener;
import dev.incumbent.election.LoopPolicy;
import dev.incumbent.election.RevocationCause;
import dev.incumbent.fencing.FencedResource;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.StaleTokenException;
import dev.incumbent.fencing.jdbc.H2Dialect;
import dev.incumbent.fencing.jdbc.JdbcGuard;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;

/**
 * One candidate: stands in the election and, while it leads, deposits 1 into both accounts in every step.
 *
 * <p>It ends when it is told to, or when its standard input ends, because then its parent is gone.
 */
public final class Candidate {

    static final String PASSWORD_VARIABLE = "ELECT_DEMO_STORE_PASSWORD";

    private static final String RESOURCE = "account";
    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration RESIGN_PATIENCE = Duration.ofSeconds(10);

    private final String name;
    private final String electionName;
    private final InputStream orders;
    private final PrintStream events;
    private final Function<String, ElectionClient> connect;
    private final JdbcConnectionPool pool;
    private final HoldingGuard guard;

    private volatile boolean holdNext;
    private volatile boolean resting;

    /**
     * Prepares a candidate.
     *
     * @param name who stands
     * @param election in which election
     * @param storeUrl where the accounts are; the password is in the environment
     * @param orders what to do, one {@link Order} a line
     * @param events where to tell what happens
     * @param connect makes the client for a candidate of that name
     */
    public Candidate(
            String name,
            String election,
            String storeUrl,
            InputStream orders,
            PrintStream events,
            Function<String, ElectionClient> connect) {
        this(name, election, storeUrl, orders, events, connect, guard -> guard);
    }

    /** For tests, which put a broken guard in. */
    Candidate(
            String name,
            String election,
            String storeUrl,
            InputStream orders,
            PrintStream events,
            Function<String, ElectionClient> connect,
            UnaryOperator<FencingGuard<Connection>> replace) {
        this.name = name;
        this.electionName = election;
        this.orders = orders;
        this.events = events;
        this.connect = connect;
        String password = Objects.requireNonNullElse(System.getenv(PASSWORD_VARIABLE), "");
        this.pool = JdbcConnectionPool.create(storeUrl, Bank.USER, password);
        this.guard = new HoldingGuard(
                replace.apply(JdbcGuard.builder(pool, new H2Dialect()).build()));
    }

    /** Stands until told to stop. */
    public void run() throws IOException, InterruptedException, ExecutionException, TimeoutException {
        try (ElectionClient client = connect.apply(name);
                BufferedReader lines = new BufferedReader(new InputStreamReader(orders, StandardCharsets.UTF_8))) {
            Election election = client.election(electionName);
            LeaderLoop loop = stand(election);
            while (true) {
                String line = lines.readLine();
                if (line == null) {
                    // The parent is gone, and with it the coordinator and the store: there is nobody to say goodbye to.
                    Runtime.getRuntime().halt(0);
                    return;
                }
                switch (Order.valueOf(line)) {
                    case RESIGN -> {
                        loop.candidacy()
                                .resign()
                                .toCompletableFuture()
                                .get(RESIGN_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                        loop = stand(election);
                    }
                    case HOLD -> holdNext = true;
                    case GO -> guard.release();
                    case REST -> resting = true;
                    case WORK -> resting = false;
                    case STOP -> {
                        return;
                    }
                }
            }
        } finally {
            pool.dispose();
        }
    }

    private LeaderLoop stand(Election election) {
        CampaignOptions options =
                CampaignOptions.builder().listener(new Reporter()).build();
        LeaderLoop loop = election.whileLeading(this::lead, LoopPolicy.defaults(), options);
        say(Event.Kind.STANDING);
        return loop;
    }

    /** Runs on a thread that is interrupted when the leadership ends. */
    private void lead(Leadership leadership) throws SQLException, InterruptedException {
        try (FencedResource<Connection> fenced = FencedResource.open(guard, RESOURCE, leadership)) {
            boolean told = false;
            while (leadership.isValid()) {
                if (!resting) {
                    told = false;
                    step(fenced, leadership);
                } else if (!told) {
                    told = true;
                    say(Event.Kind.RESTING);
                }
                Thread.sleep(STEP.toMillis());
            }
        }
    }

    private void step(FencedResource<Connection> fenced, Leadership leadership) throws SQLException {
        long epoch = leadership.token().epoch();
        long fencedNext = fenced.read(Account.FENCED::balance) + 1;
        long unfencedNext = readUnfenced() + 1;
        if (!leadership.isValid()) {
            return;
        }
        if (holdNext) {
            holdNext = false;
            guard.holdNext(() -> say(Event.Kind.HELD, epoch, fencedNext, unfencedNext));
        }
        StaleTokenException refusal = null;
        try {
            fenced.write(connection -> {
                Account.FENCED.deposit(connection, fencedNext, name, epoch);
                return fencedNext;
            });
        } catch (StaleTokenException stale) {
            refusal = stale;
        }
        // The check above is all that a program without a fence can do, and it has been done.
        writeUnfenced(unfencedNext, epoch);
        tell(refusal, epoch, fencedNext, unfencedNext);
    }

    private void tell(@Nullable StaleTokenException refusal, long epoch, long fenced, long unfenced) {
        if (refusal == null) {
            say(Event.Kind.DEPOSITED, epoch, fenced, unfenced);
            return;
        }
        long highest = refusal.highest().map(token -> token.epoch()).orElse(0L);
        say(Event.Kind.REFUSED, epoch, highest, String.valueOf(refusal.getMessage()));
        say(Event.Kind.OVERWROTE, epoch, unfenced);
        throw refusal;
    }

    private long readUnfenced() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return Account.UNFENCED.balance(connection);
        }
    }

    private void writeUnfenced(long balance, long epoch) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Account.UNFENCED.deposit(connection, balance, name, epoch);
            connection.commit();
        }
    }

    private void say(Event.Kind kind, Object... fields) {
        synchronized (events) {
            events.println(Event.line(kind, fields));
            events.flush();
        }
    }

    /** Tells the parent of terms. */
    private final class Reporter implements LeadershipListener {

        @Override
        public void elected(Leadership leadership) {
            say(Event.Kind.ELECTED, leadership.token().epoch());
        }

        @Override
        public void revoked(Leadership leadership, RevocationCause cause) {
            say(Event.Kind.REVOKED, leadership.token().epoch(), cause);
        }
    }
}
