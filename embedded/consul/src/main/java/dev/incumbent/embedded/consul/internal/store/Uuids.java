package dev.incumbent.embedded.consul.internal.store;

import java.util.Locale;
import java.util.Optional;

/** Ids of sessions as Consul's tables take them: hexadecimal digits in either case, wherever the hyphens are. */
public final class Uuids {

    private static final int LENGTH = 36;
    private static final int MAX_HYPHENS = 4;
    private static final int HEXADECIMAL = 16;

    private Uuids() {}

    /** What finds a session: equal for all ways to write an id. */
    static String canonical(String id) {
        return id.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /**
     * Why a session cannot even be looked for.
     *
     * @param id as a client gave it
     * @return in Consul's words; empty if it can
     */
    public static Optional<String> problem(String id) {
        return defect(id).map(defect -> "failed session lookup: index error: " + defect);
    }

    private static Optional<String> defect(String id) {
        if (id.length() != LENGTH) {
            return Optional.of("UUID must be 36 characters");
        }
        long hyphens = id.chars().filter(letter -> letter == '-').count();
        if (hyphens > MAX_HYPHENS) {
            return Optional.of("UUID should have maximum of 4 \"-\"; got " + hyphens);
        }
        String digits = id.replace("-", "");
        if (digits.length() % 2 != 0) {
            return Optional.of("Input (without hyphens) must be even length");
        }
        return digits.chars()
                .filter(letter -> Character.digit(letter, HEXADECIMAL) < 0)
                .mapToObj(letter -> "Invalid UUID: encoding/hex: invalid byte: " + GoText.codePoint((char) letter))
                .findFirst();
    }
}
