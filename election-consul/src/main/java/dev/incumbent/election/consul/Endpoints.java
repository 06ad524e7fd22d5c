package dev.incumbent.election.consul;

import dev.incumbent.election.ElectionConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the addresses of agents. */
final class Endpoints {

    private Endpoints() {}

    static List<URI> parse(List<String> endpoints, boolean encrypted) {
        if (endpoints.isEmpty()) {
            throw new ElectionConfigException(
                    "Name at least one agent with endpoints(...), such as http://127.0.0.1:8500");
        }
        List<URI> agents = new ArrayList<>();
        for (String endpoint : endpoints) {
            agents.add(parse(endpoint, encrypted));
        }
        return List.copyOf(agents);
    }

    private static URI parse(String endpoint, boolean encrypted) {
        String address = endpoint.contains("://") ? endpoint : (encrypted ? "https://" : "http://") + endpoint;
        try {
            URI uri = new URI(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            boolean http = scheme.equals("http");
            boolean plainAddress = uri.getPort() > 0
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null;
            if (!plainAddress || !(http || scheme.equals("https"))) {
                throw new ElectionConfigException(
                        "An endpoint is http://host:port, https://host:port or host:port; this is " + endpoint);
            }
            if (http && encrypted) {
                throw new ElectionConfigException("TLS is configured, but this endpoint says http: " + endpoint);
            }
            return uri;
        } catch (URISyntaxException malformed) {
            throw new ElectionConfigException("Not an endpoint: " + endpoint + ": " + malformed.getReason());
        }
    }
}
