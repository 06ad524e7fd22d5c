package dev.incumbent.election.consul;

import com.ecwid.consul.v1.kv.model.GetValue;
import com.google.gson.Gson;
import com.google.gson.annotations.SerializedName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a Txn yielded: the keys that it read or wrote, or why nothing was done.
 *
 * <p>Consul's results are one flat list, of which an operation may have none or many; so they are told apart by their keys. Of a
 * key that was written and then read the later one counts, which has the value.
 *
 * @param keys by name
 * @param errors the reasons, empty if it was carried out
 */
record TxnAnswer(Map<String, GetValue> keys, List<Failure> errors) {

    private static final Gson GSON = new Gson();

    /**
     * Why an operation could not be carried out.
     *
     * @param op its number in the Txn
     * @param what Consul's words
     */
    record Failure(
            @SerializedName("OpIndex") int op,
            @SerializedName("What") String what) {}

    @SuppressWarnings("unused") // filled in by Gson
    private static final class Reply {
        @SerializedName("Results")
        private @Nullable List<Result> results;

        @SerializedName("Errors")
        private @Nullable List<Failure> errors;
    }

    @SuppressWarnings("unused") // filled in by Gson
    private static final class Result {
        @SerializedName("KV")
        private @Nullable GetValue kv;
    }

    static TxnAnswer of(String json) {
        Reply reply = GSON.fromJson(json, Reply.class);
        Map<String, GetValue> keys = new LinkedHashMap<>();
        List<Failure> errors = new ArrayList<>();
        if (reply != null && reply.results != null) {
            for (Result result : reply.results) {
                GetValue kv = result.kv;
                if (kv != null) {
                    keys.put(kv.getKey(), kv);
                }
            }
        }
        if (reply != null && reply.errors != null) {
            errors.addAll(reply.errors);
        }
        return new TxnAnswer(keys, errors);
    }

    boolean isDone() {
        return errors.isEmpty();
    }

    /** The reasons that lie with the operations from one number on and before another. */
    List<Failure> errorsOf(int from, int to) {
        return errors.stream()
                .filter(failure -> failure.op() >= from && failure.op() < to)
                .toList();
    }

    @Nullable
    GetValue key(String name) {
        return keys.get(name);
    }

    /** Everything below a prefix, in the order of creation. */
    List<GetValue> below(String prefix) {
        return keys.values().stream()
                .filter(kv -> kv.getKey().startsWith(prefix))
                .sorted(Comparator.comparingLong(GetValue::getCreateIndex))
                .toList();
    }
}
