package dev.incumbent.embedded.etcd.differential;

/**
 * A place where two servers disagree.
 *
 * @param index of the command in its sequence
 * @param command what was asked last
 * @param left what the first server said
 * @param right what the second said
 */
record Difference(int index, String command, String left, String right) {

    String show(String leftName, String rightName) {
        return "after command " + index + ": " + command + "\n---- " + leftName + "\n" + left + "---- " + rightName
                + "\n" + right;
    }
}
