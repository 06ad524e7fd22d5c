package dev.incumbent.embedded.etcd.differential;

import static java.util.Comparator.comparing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.incumbent.embedded.etcd.wire.Event;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesResponse;
import dev.incumbent.embedded.etcd.wire.LeaseStatus;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveResponse;
import dev.incumbent.embedded.etcd.wire.ResponseHeader;
import dev.incumbent.embedded.etcd.wire.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes replies of two servers comparable. Everything that it takes away, with the reason:
 *
 * <ul>
 *   <li>{@code cluster_id}, {@code member_id}, {@code raft_term}: two clusters differ in them. What remains is whether the
 *       field was set at all.
 *   <li>revisions and lease ids: by {@link Symbols}, since a sequence begins at whatever revision the server is at, and since
 *       the server picks the id of a lease that asks for none.
 *   <li>{@code TTL} of LeaseTimeToLive: what is left depends on when the question arrives. A value within five seconds of the
 *       granted one counts as that; any other stays. (The TTL in replies to grants and keep-alives is compared as it is.)
 *   <li>the order of {@code keys} in LeaseTimeToLive: etcd keeps them in a hash map.
 *   <li>the order of leases in LeaseLeases: by the time that is left, on a clock.
 *   <li>how events are cut into messages, and the header's revision of a message with events: a server may deliver two
 *       revisions in one message. The order of events per watch is compared, that no revision is split is checked for each
 *       server by itself ({@link WatchLog}).
 * </ul>
 */
final class Normaliser {

    private static final long TTL_SLACK_SECONDS = 5;

    private final Symbols symbols;

    Normaliser(Symbols symbols) {
        this.symbols = symbols;
    }

    /** A reply as text of one line for each field. */
    String text(Message reply) {
        return TextFormat.printer().printToString(plainHeaders(special(symbols.fromServer(reply))));
    }

    /** An event as text of one line. */
    String text(Event event) {
        return line(symbols.fromServer(event));
    }

    /** A message as text of one line. */
    static String line(Message message) {
        return TextFormat.printer().printToString(message).replaceAll("\\s*\n\\s*", " ");
    }

    private static Message special(Message reply) {
        if (reply instanceof LeaseTimeToLiveResponse timeToLive) {
            List<ByteString> keys = new ArrayList<>(timeToLive.getKeysList());
            keys.sort(ByteString.unsignedLexicographicalComparator());
            long lost = timeToLive.getGrantedTTL() - timeToLive.getTTL();
            boolean fresh = timeToLive.getTTL() > 0 && lost >= 0 && lost <= TTL_SLACK_SECONDS;
            return timeToLive.toBuilder()
                    .setTTL(fresh ? timeToLive.getGrantedTTL() : timeToLive.getTTL())
                    .clearKeys()
                    .addAllKeys(keys)
                    .build();
        }
        if (reply instanceof LeaseLeasesResponse leases) {
            List<LeaseStatus> sorted = new ArrayList<>(leases.getLeasesList());
            sorted.sort(comparing(LeaseStatus::getID));
            return leases.toBuilder().clearLeases().addAllLeases(sorted).build();
        }
        if (reply instanceof WatchResponse response) {
            return response.toBuilder().clearEvents().build();
        }
        return reply;
    }

    @SuppressWarnings("unchecked")
    private static Message plainHeaders(Message message) {
        if (message instanceof ResponseHeader header) {
            return header.toBuilder()
                    .setClusterId(Math.min(1, Math.abs(header.getClusterId())))
                    .setMemberId(Math.min(1, Math.abs(header.getMemberId())))
                    .setRaftTerm(Math.min(1, header.getRaftTerm()))
                    .build();
        }
        Message.Builder builder = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                builder.setField(
                        field,
                        field.isRepeated()
                                ? ((List<Message>) entry.getValue())
                                        .stream().map(Normaliser::plainHeaders).toList()
                                : plainHeaders((Message) entry.getValue()));
            }
        }
        return builder.build();
    }
}
