package dev.incumbent.embedded.consul.internal.server;

/** A request that is answered with an error, in Consul's words. */
final class HttpFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    HttpFailure(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    static HttpFailure badRequest(String text) {
        return new HttpFailure(400, text);
    }

    static HttpFailure forbidden(String text) {
        return new HttpFailure(403, text);
    }

    static HttpFailure tooLarge(String text) {
        return new HttpFailure(413, text);
    }

    /** A body above a limit, and the setting of Consul's that has it. */
    static HttpFailure bodyTooLarge(long length, String setting) {
        return tooLarge("Request body(" + length + " bytes) too large, max size: " + ServerSettings.MAX_VALUE_BYTES
                + " bytes. See https://www.consul.io/docs/agent/options.html#" + setting + ".");
    }

    static HttpFailure internal(String text) {
        return new HttpFailure(500, text);
    }

    int status() {
        return status;
    }

    /** The body of the answer. */
    String text() {
        return String.valueOf(getMessage());
    }
}
