package dev.incumbent.election.consul;

/**
 * Why a request was not answered as it should be.
 *
 * @param status HTTP's, 0 where no answer came
 * @param text the agent's words, or ours
 * @param sent whether the request may have left this process
 */
record Trouble(int status, String text, boolean sent) {

    static Trouble unanswered(String text, boolean sent) {
        return new Trouble(0, text, sent);
    }
}
