package dev.incumbent.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How loud this process is. The logging backend reads its settings once, when the first logger is made, so this has to
 * come before.
 */
final class Logging {

    /** gRPC's loggers are of the JDK, which forgets their levels with the last reference. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Logging() {}

    /** Warnings and worse by default, to standard error. */
    static void configure(int verbosity) {
        set("defaultLogLevel", verbosity == 0 ? "warn" : verbosity == 1 ? "info" : "debug");
        set("showShortLogName", "true");
        set("showThreadName", "false");
        set("showDateTime", "true");
        set("dateTimeFormat", "HH:mm:ss.SSS");
        if (verbosity < 2) {
            // The libraries below tell the same story a second time, with stack traces.
            set("log.org.apache.zookeeper", "off");
            set("log.org.apache.curator", "off");
            set("log.io.netty", "off");
            GRPC.setLevel(Level.OFF);
        }
    }

    /** For a process in which things are broken on purpose, and which tells of it by itself. */
    static void configureForFaults(int verbosity) {
        if (verbosity == 0) {
            set("defaultLogLevel", "off");
        }
        configure(verbosity);
    }

    private static void set(String name, String value) {
        if (System.getProperty(PREFIX + name) == null) {
            System.setProperty(PREFIX + name, value);
        }
    }
}
