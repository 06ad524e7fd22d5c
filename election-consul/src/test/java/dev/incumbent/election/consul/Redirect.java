package dev.incumbent.election.consul;

import java.net.URI;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Leads requests to other servers, as if those that the client knows had been rebuilt. */
final class Redirect implements UnaryOperator<Agents.Sender> {

    private volatile @Nullable URI target;

    void to(String endpoint) {
        target = URI.create(endpoint);
    }

    /** Ends it. */
    void back() {
        target = null;
    }

    @Override
    public Agents.Sender apply(Agents.Sender real) {
        return (endpoint, question) -> {
            URI other = target;
            return real.send(other == null ? endpoint : other, question);
        };
    }
}
