package dev.incumbent.election.consul;

import java.nio.charset.StandardCharsets;

/** Keys as they stand in the path of a request: consul-api writes them there as they are. */
final class Keys {

    private static final String PLAIN = "-._~/";

    private Keys() {}

    static String encode(String key) {
        StringBuilder encoded = new StringBuilder(key.length() + 16);
        for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
            boolean plain =
                    (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || PLAIN.indexOf(b) >= 0;
            if (plain) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format("%02X", b & 0xff));
            }
        }
        return encoded.toString();
    }
}
