package dev.incumbent.embedded.consul.differential;

import java.util.List;
import java.util.function.BiPredicate;

/** Differences between the embedded and the real server that are meant to be; {@code docs/consul-compatibility.md} has them. */
final class KnownDifferences {

    /** One kind of difference: the request, and what the embedded server answers to it. */
    private record Known(String why, BiPredicate<Step, List<String>> fits) {}

    private final List<Known> all;

    private KnownDifferences(List<Known> all) {
        this.all = all;
    }

    static KnownDifferences none() {
        return new KnownDifferences(List.of());
    }

    static KnownDifferences ofEmbedded() {
        return new KnownDifferences(List.of(
                // The real server panics and closes the connection.
                new Known(
                        "an operation that is null",
                        (step, answer) -> isTxn(step) && step.body().equals("[null]")),
                new Known(
                        "transactions work on keys only",
                        (step, answer) -> isTxn(step)
                                && step.body().contains("{\"Node\":")
                                && answer.get(0).equals("400 text")),
                new Known(
                        "the catalog is read only",
                        (step, answer) -> step.target().equals("/v1/catalog/register")
                                && answer.get(0).startsWith("404")),
                new Known("answers are not compressed", (step, answer) -> step.headers()
                        .containsKey("Accept-Encoding"))));
    }

    private static boolean isTxn(Step step) {
        return step.target().startsWith("/v1/txn");
    }

    /** Those that nothing explains. */
    List<Difference> without(List<Difference> found) {
        return found.stream()
                .filter(each -> !explains(each.step(), each.right()))
                .toList();
    }

    boolean explains(Step step, List<String> answer) {
        return all.stream().anyMatch(known -> known.fits().test(step, answer));
    }
}
