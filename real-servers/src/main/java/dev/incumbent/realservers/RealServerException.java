package dev.incumbent.realservers;

/** A real server or one of its tools could not be started, asked or awaited. */
public final class RealServerException extends RuntimeException {

    RealServerException(String message) {
        super(message);
    }

    RealServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
