package dev.incumbent.election.internal.runtime;

import dev.incumbent.election.CampaignOptions;
import dev.incumbent.election.CandidacyState;
import dev.incumbent.election.HealthCheck;
import dev.incumbent.election.internal.machine.CandidacyEvent;
import dev.incumbent.election.spi.ElectionRuntime;
import dev.incumbent.election.spi.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a candidate's health check periodically, one at a time, and tells its candidacy when the answer changes. */
final class HealthMonitor {

    private static final Logger log = LoggerFactory.getLogger(HealthMonitor.class);

    private final CandidacyRunner candidacy;
    private final HealthCheck check;
    private final CampaignOptions options;
    private final ElectionRuntime runtime;
    private final SerialCallbacks callbacks;

    // Touched on the event loop only.
    private boolean fit = true;
    private Subscription timeout = () -> {};

    private HealthMonitor(
            CandidacyRunner candidacy, HealthCheck check, CampaignOptions options, ElectionRuntime runtime) {
        this.candidacy = candidacy;
        this.check = check;
        this.options = options;
        this.runtime = runtime;
        this.callbacks = new SerialCallbacks(runtime.callbacks(), "the health check of " + candidacy.candidateId());
    }

    static void watch(CandidacyRunner candidacy, CampaignOptions options, ElectionRuntime runtime) {
        options.healthCheck().ifPresent(check -> {
            HealthMonitor monitor = new HealthMonitor(candidacy, check, options, runtime);
            runtime.loop().execute(monitor::ask);
        });
    }

    private void ask() {
        if (candidacy.model().phase() == CandidacyState.CLOSED) {
            return;
        }
        timeout = runtime.loop()
                .schedule(
                        () -> judge(false, "no answer within " + options.healthTimeout()),
                        options.healthTimeout().toNanos());
        callbacks.submit(() -> {
            boolean healthy = false;
            String reason = "it said so";
            try {
                healthy = check.isHealthy();
            } catch (Exception thrown) {
                reason = "the check threw " + thrown;
            }
            boolean answer = healthy;
            String why = reason;
            runtime.loop().execute(() -> onAnswer(answer, why));
        });
    }

    private void onAnswer(boolean healthy, String why) {
        timeout.close();
        judge(healthy, why);
        runtime.loop().schedule(this::ask, options.healthInterval().toNanos());
    }

    private void judge(boolean healthy, String why) {
        if (healthy != fit) {
            fit = healthy;
            log.info(
                    "{} candidate {} is {} by its own check{}",
                    candidacy.election(),
                    candidacy.candidateId(),
                    healthy ? "fit again" : "unfit",
                    healthy ? "" : ": " + why);
            candidacy.handle(new CandidacyEvent.HealthChanged(healthy));
        }
    }
}
