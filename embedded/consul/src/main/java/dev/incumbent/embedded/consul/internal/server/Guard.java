package dev.incumbent.embedded.consul.internal.server;

/** What one request may do, and how it is told what it may not. */
final class Guard {

    static final String DENIED = "Permission denied";

    private final Backend backend;
    private final Access.Rights rights;
    private final boolean enabled;

    private Guard(Backend backend, Access.Rights rights, boolean enabled) {
        this.backend = backend;
        this.rights = rights;
        this.enabled = enabled;
    }

    /** Of whoever asks; throws {@link HttpFailure} if the token means nothing, or if it is for somebody else to answer. */
    static Guard of(Request request, Backend backend) {
        requireDatacenter(request, backend);
        if (request.has("ns")) {
            throw HttpFailure.badRequest(
                    "Bad request: Invalid query parameter: \"ns\" - Namespaces are a Consul" + " Enterprise feature");
        }
        Access access = backend.settings().access();
        Access.Rights rights = access.rights(request.token())
                .orElseThrow(() -> HttpFailure.forbidden(backend.refusal("ACL not found")));
        return new Guard(backend, rights, access.enabled());
    }

    static void requireDatacenter(Request request, Backend backend) {
        String datacenter = request.param("dc");
        if (!datacenter.isEmpty() && !datacenter.equals(backend.settings().datacenter())) {
            throw HttpFailure.internal("No path to datacenter");
        }
    }

    Access.Rights rights() {
        return rights;
    }

    /** Whether anything is checked at all. */
    boolean enabled() {
        return enabled;
    }

    void require(boolean allowed) {
        if (!allowed) {
            throw HttpFailure.forbidden(backend.refusal(DENIED));
        }
    }
}
