package dev.incumbent.testkit.fencing;

import dev.incumbent.fencing.jdbc.H2Dialect;
import java.sql.Connection;
import java.sql.SQLException;

class H2MarkGuardTest extends MarkGuardContractTest<Connection> {

    @Override
    protected MarkGuardHarness<Connection> openHarness() throws SQLException {
        return new H2Harness(new H2Dialect());
    }
}
