package dev.incumbent.fencing;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;

/** The machine's wall clock; the only class of this module that reads one. */
enum SystemClock implements InstantSource {
    INSTANCE;

    @Override
    public Instant instant() {
        return Clock.systemUTC().instant();
    }
}
