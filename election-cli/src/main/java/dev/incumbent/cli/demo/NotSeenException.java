package dev.incumbent.cli.demo;

/** Something that the demo was to show did not happen, or not in time. */
final class NotSeenException extends Exception {

    private static final long serialVersionUID = 1L;

    NotSeenException(String message) {
        super(message);
    }
}
