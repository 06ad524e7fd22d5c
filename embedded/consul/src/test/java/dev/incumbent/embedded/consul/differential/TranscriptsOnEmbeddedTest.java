package dev.incumbent.embedded.consul.differential;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import org.junit.jupiter.api.AfterAll;

class TranscriptsOnEmbeddedTest extends TranscriptsContractTest {

    private final EmbeddedConsul one = Embedded.one();
    private final EmbeddedConsul guarded = Embedded.withAcl();
    private final EmbeddedConsul three = Embedded.three();
    private final Conversation toOne = new Conversation(Embedded.subject(one));
    private final Conversation toGuarded = new Conversation(Embedded.guardedSubject(guarded));
    private final Conversation toThree = new Conversation(Embedded.subject(three));

    @Override
    Conversation one() {
        return toOne;
    }

    @Override
    Conversation withAcl() {
        return toGuarded;
    }

    @Override
    Conversation three() {
        return toThree;
    }

    @Override
    KnownDifferences known() {
        return KnownDifferences.ofEmbedded();
    }

    @AfterAll
    void stop() {
        one.close();
        guarded.close();
        three.close();
    }
}
