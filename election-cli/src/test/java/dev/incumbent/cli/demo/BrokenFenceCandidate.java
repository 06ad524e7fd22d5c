package dev.incumbent.cli.demo;

import dev.incumbent.cli.backend.Backend;
import dev.incumbent.fencing.Admission;
import dev.incumbent.fencing.FenceScope;
import dev.incumbent.fencing.FencedWork;
import dev.incumbent.fencing.FencingGuard;
import dev.incumbent.fencing.FencingToken;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;

/** A candidate whose store admits every token: the demo must not take that for a fence. */
final class BrokenFenceCandidate {

    private BrokenFenceCandidate() {}

    public static void main(String[] args) throws Exception {
        List<String> options = List.of(args);
        String store = after("--store", options);
        JdbcConnectionPool pool =
                JdbcConnectionPool.create(store, Bank.USER, System.getenv(Candidate.PASSWORD_VARIABLE));
        new Candidate(
                        after("--name", options),
                        after("--election", options),
                        store,
                        System.in,
                        System.out,
                        name -> Backend.ZOOKEEPER.connect(
                                after("--coordinator", options),
                                name,
                                Duration.ofMillis(Long.parseLong(after("--ttl-millis", options)))),
                        sound -> new AdmitsAll(sound, pool))
                .run();
        System.exit(0);
    }

    private static String after(String option, List<String> options) {
        return options.get(options.indexOf(option) + 1);
    }

    private record AdmitsAll(FencingGuard<Connection> sound, JdbcConnectionPool pool)
            implements FencingGuard<Connection> {

        @Override
        public Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token) {
            return sound.seal(scope, token);
        }

        @Override
        public <T extends @Nullable Object, X extends Exception> Admission<T> admit(
                FenceScope scope, @Nullable FencingToken token, FencedWork<? super Connection, T, X> work) throws X {
            try (Connection connection = pool.getConnection()) {
                return new Admission.Admitted<>(work.apply(connection));
            } catch (java.sql.SQLException error) {
                throw new IllegalStateException(error);
            }
        }
    }
}
