package dev.incumbent.fencing;

import java.util.Objects;

/**
 * What one mark protects: a resource, and the election whose leaders may write to it.
 *
 * <p>The resource's side names the scope, not the token: a token of any other election is then foreign, instead of
 * finding (or founding) a mark of its own. Two elections must not guard the same data.
 *
 * @param election the election whose tokens count, not blank
 * @param resource the name of the guarded data within its store, for example a ledger or a topic; not blank
 */
public record FenceScope(String election, String resource) {

    /** Checks both names; throws {@link IllegalArgumentException} when one is blank. */
    public FenceScope {
        Objects.requireNonNull(election, "election");
        Objects.requireNonNull(resource, "resource");
        if (election.isBlank() || resource.isBlank()) {
            throw new IllegalArgumentException("A fence needs the names of an election and a resource; they were '"
                    + election + "' and '" + resource + "'");
        }
    }

    /** Returns the two names, for messages and logs. */
    @Override
    public String toString() {
        return "resource '" + resource + "' of election '" + election + "'";
    }
}
