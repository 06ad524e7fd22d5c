package dev.incumbent.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The account tells a late write from honest ones; if it did not, the demo would show nothing. */
class AccountTest {

    private final Connection connection = DriverManager.getConnection("jdbc:h2:mem:");

    AccountTest() throws SQLException {}

    @BeforeEach
    void openAccount() throws SQLException {
        Account.UNFENCED.create(connection);
    }

    @AfterEach
    void closeDatabase() throws SQLException {
        connection.close();
    }

    @Test
    void shouldBeConsistentWhenEveryLeaderReadsBeforeItWrites() throws SQLException {
        for (int epoch = 1; epoch <= 3; epoch++) {
            deposit(Account.UNFENCED.balance(connection) + 1, epoch);
        }

        Account.Totals totals = Account.UNFENCED.totals(connection);
        assertThat(totals).isEqualTo(new Account.Totals(3, 3, 0));
        assertThat(totals.isConsistent()).isTrue();
    }

    @Test
    void shouldShowTheLossWhenAnOldLeaderWritesLate() throws SQLException {
        deposit(1, 1);
        long late = Account.UNFENCED.balance(connection) + 1;
        deposit(2, 2);
        deposit(3, 2);
        deposit(late, 1);

        Account.Totals totals = Account.UNFENCED.totals(connection);
        assertThat(totals).isEqualTo(new Account.Totals(2, 4, 1));
        assertThat(totals.lost()).isEqualTo(2);
        assertThat(totals.isConsistent()).isFalse();
    }

    private void deposit(long balance, long epoch) throws SQLException {
        Account.UNFENCED.deposit(connection, balance, "ada", epoch);
    }
}
