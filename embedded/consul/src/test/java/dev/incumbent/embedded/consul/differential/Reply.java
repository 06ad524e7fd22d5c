package dev.incumbent.embedded.consul.differential;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a server answered, uninterpreted.
 *
 * @param headers those that are compared, by name
 * @param body its bytes, each as a character below 256
 * @param waited whether the answer took at least as long as the request was willing to wait
 */
record Reply(int status, TreeMap<String, String> headers, String body, boolean waited) {

    String headerText() {
        return headers.entrySet().stream().map(Reply::line).collect(Collectors.joining("\n"));
    }

    static String line(Map.Entry<String, String> header) {
        return header.getKey() + ": " + header.getValue();
    }
}
