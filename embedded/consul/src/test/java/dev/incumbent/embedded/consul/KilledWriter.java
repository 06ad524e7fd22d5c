package dev.incumbent.embedded.consul;

import java.nio.file.Path;

/**
 * A process that writes until it is killed, and prints each write once it is acknowledged. Arguments: a directory, and the number of
 * this process.
 */
final class KilledWriter {

    private static final int WRITERS = 6;

    private KilledWriter() {}

    public static void main(String[] arguments) {
        EmbeddedConsul consul = EmbeddedConsul.builder()
                .nodes(3)
                .directory(Path.of(arguments[0]))
                .snapshotEvery(100)
                .start();
        String session = new Http(consul.endpoint(1)).session("{}");
        for (int writer = 0; writer < WRITERS; writer++) {
            Http http = new Http(consul.endpoint(1 + writer % 3));
            String key = "run" + arguments[1] + "-" + writer;
            new Thread(() -> write(http, key, session)).start();
        }
    }

    private static void write(Http http, String key, String session) {
        for (int i = 1; ; i++) {
            Http.Answer answer = http.put("/v1/kv/" + key + "?acquire=" + session, "" + i);
            if (answer.body().equals("true")) {
                System.out.println(key + " " + i);
            } else {
                System.err.println(key + " " + i + ": " + answer.body());
            }
        }
    }
}
