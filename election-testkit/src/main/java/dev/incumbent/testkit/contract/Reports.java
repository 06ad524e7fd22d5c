package dev.incumbent.testkit.contract;

import dev.incumbent.election.CandidateInfo;
import dev.incumbent.election.Generation;
import dev.incumbent.election.spi.FollowSink;
import dev.incumbent.election.spi.ObservationSink;
import dev.incumbent.election.spi.SessionId;
import dev.incumbent.election.spi.SessionSignals;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a coordinator reports, in the order in which it does. */
final class Reports {

    private final List<String> lines = new CopyOnWriteArrayList<>();

    List<String> lines() {
        return List.copyOf(lines);
    }

    boolean has(String prefix) {
        return lines.stream().anyMatch(line -> line.startsWith(prefix));
    }

    int indexOf(String prefix) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(prefix)) {
                return i;
            }
        }
        return -1;
    }

    String last() {
        List<String> now = lines();
        return now.isEmpty() ? "" : now.get(now.size() - 1);
    }

    SessionSignals signals() {
        return new SessionSignals() {
            @Override
            public void lost(SessionId session, String reason) {
                lines.add("lost " + session);
            }

            @Override
            public void reachable(SessionId session) {
                // Connections may come and go.
            }

            @Override
            public void unreachable(SessionId session, String reason) {
                // Connections may come and go.
            }

            @Override
            public void generation(Generation generation) {
                lines.add("generation " + generation.number());
            }
        };
    }

    FollowSink follower(String name) {
        return new FollowSink() {
            @Override
            public void predecessorGone() {
                lines.add(name + " predecessorGone");
            }

            @Override
            public void predecessorOrphaned(Duration holderTtl) {
                lines.add(name + " predecessorOrphaned " + holderTtl);
            }

            @Override
            public void ownGone() {
                lines.add(name + " ownGone");
            }

            @Override
            public void broken(String reason) {
                lines.add(name + " broken");
            }
        };
    }

    ObservationSink observer() {
        return new ObservationSink() {
            @Override
            public void head(Optional<CandidateInfo> head) {
                lines.add("head "
                        + head.map(first -> first.token().epoch() + " " + first.id() + " " + first.payloadText())
                                .orElse("none"));
            }

            @Override
            public void broken(String reason) {
                lines.add("broken");
            }
        };
    }
}
