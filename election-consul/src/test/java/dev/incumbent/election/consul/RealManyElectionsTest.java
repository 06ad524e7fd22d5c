package dev.incumbent.election.consul;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/** The same on a real server, with its limit of 200 connections. */
@Tag("full")
@Isolated("counts the threads of this adapter in the whole process")
final class RealManyElectionsTest extends ManyElectionsTest {

    @Override
    Servers servers() {
        return Servers.realAsShipped();
    }
}
