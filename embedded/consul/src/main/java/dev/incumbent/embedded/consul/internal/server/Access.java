package dev.incumbent.embedded.consul.internal.server;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may do what.
 *
 * @param enabled whether anything is checked at all
 * @param anonymous what those may do who come without a token
 * @param tokens what the others may do
 */
public record Access(boolean enabled, Rights anonymous, Map<String, Rights> tokens) {

    /** Everybody may do everything. */
    public static final Access OPEN = new Access(false, Rights.ALL, Map.of());

    /** Copies the map. */
    public Access {
        tokens = Map.copyOf(tokens);
    }

    /**
     * What the holder of a token may do.
     *
     * @param keys rules on keys; of those that match a key the longest counts, and without any it is denied
     * @param sessions whether sessions may be seen, created, renewed and destroyed
     * @param servers whether agents and catalog may be asked
     */
    public record Rights(List<KeyRule> keys, boolean sessions, boolean servers) {

        /** Everything. */
        public static final Rights ALL = new Rights(List.of(new KeyRule("", true)), true, true);

        /** Nothing. */
        public static final Rights NONE = new Rights(List.of(), false, false);

        /** Copies the list. */
        public Rights {
            keys = List.copyOf(keys);
        }

        boolean mayRead(String key) {
            return rule(key).isPresent();
        }

        boolean mayWrite(String key) {
            return rule(key).filter(KeyRule::write).isPresent();
        }

        /** Whether all keys below a prefix may be written, those that do not exist yet, too. */
        boolean mayWriteTree(String prefix) {
            return mayWrite(prefix)
                    && keys.stream()
                            .filter(rule -> rule.prefix().startsWith(prefix))
                            .allMatch(KeyRule::write);
        }

        private Optional<KeyRule> rule(String key) {
            return keys.stream()
                    .filter(rule -> key.startsWith(rule.prefix()))
                    .reduce((one, other) ->
                            other.prefix().length() > one.prefix().length() ? other : one);
        }
    }

    /**
     * A rule on keys.
     *
     * @param prefix of the keys, as a string of bytes
     * @param write whether they may be written; they may be read in any case
     */
    public record KeyRule(String prefix, boolean write) {}

    /** What a token is good for; empty if there is no such token. */
    Optional<Rights> rights(String token) {
        if (!enabled) {
            return Optional.of(Rights.ALL);
        }
        return token.isEmpty() ? Optional.of(anonymous) : Optional.ofNullable(tokens.get(token));
    }
}
