package dev.incumbent.embedded.etcd.internal.store;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.incumbent.embedded.etcd.wire.AlarmRequest;
import dev.incumbent.embedded.etcd.wire.AuthDisableRequest;
import dev.incumbent.embedded.etcd.wire.AuthEnableRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleListRequest;
import dev.incumbent.embedded.etcd.wire.AuthRoleRevokePermissionRequest;
import dev.incumbent.embedded.etcd.wire.AuthStatusRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserAddRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserChangePasswordRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserDeleteRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGetRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserGrantRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserListRequest;
import dev.incumbent.embedded.etcd.wire.AuthUserRevokeRoleRequest;
import dev.incumbent.embedded.etcd.wire.AuthenticateRequest;
import dev.incumbent.embedded.etcd.wire.CompactionRequest;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.HashKVRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseLeasesRequest;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveRequest;
import dev.incumbent.embedded.etcd.wire.LeaseTimeToLiveResponse;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.TxnRequest;
import dev.incumbent.embedded.etcd.wire.WatchCreateRequest;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests and the replies that etcd gives to them, as text: the table behind {@link RulesTest}.
 *
 * <pre>
 * = title of a rule, which begins with an empty store
 * = another one, which one series cannot be asked [not 3.4, and why]
 * {@literal @}user NameOfTheRequest its fields as protobuf text
 *     a line that is indented belongs to the one before
 * -> the reply as protobuf text, of its header only the revision
 * -> CODE_OF_THE_ERROR its text
 * -3.4> what that series replies instead
 * -ours> what this server replies instead; the comment above says why
 * # a comment
 * </pre>
 */
final class RuleScript {

    /** What a server is asked, and what it has to reply. */
    record Step(String user, Message request, Map<String, String> replies) {

        /** The reply that a series such as 3.5 gives, or this server ("ours"). */
        String reply(String who) {
            String reply = replies.getOrDefault(who, replies.get(""));
            if (reply == null) {
                throw new IllegalStateException("No reply to " + this);
            }
            return reply;
        }
    }

    record Rule(String title, List<Step> steps) {

        boolean concerns(String who) {
            return !title.contains("[not " + who);
        }
    }

    private static final Map<String, Message> REQUESTS = requests();

    private final List<Rule> rules = new ArrayList<>();
    private @Nullable Step last;

    private RuleScript() {}

    static List<Rule> read(String resource) {
        try (InputStream stream = RuleScript.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalArgumentException("No resource " + resource);
            }
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            RuleScript script = new RuleScript();
            text.replaceAll("\n[ \t]+", " ").lines().forEach(script::line);
            return script.rules;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void line(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        if (line.startsWith("= ")) {
            rules.add(new Rule(line.substring(2), new ArrayList<>()));
        } else if (line.startsWith("-")) {
            int arrow = line.indexOf('>');
            step().replies
                    .put(line.substring(1, arrow), line.substring(arrow + 1).strip());
        } else {
            String user = line.startsWith("@") ? line.substring(1, line.indexOf(' ')) : "";
            String[] request = (user.isEmpty() ? line : line.substring(user.length() + 2)).split(" ", 2);
            last = new Step(user, parse(request[0], request.length == 1 ? "" : request[1]), new HashMap<>());
            rules.get(rules.size() - 1).steps.add(last);
        }
    }

    private Step step() {
        if (last == null) {
            throw new IllegalStateException("A reply without a request");
        }
        return last;
    }

    private static Message parse(String name, String fields) {
        Message type = REQUESTS.get(name);
        if (type == null) {
            throw new IllegalArgumentException("No request is called " + name);
        }
        Message.Builder builder = type.newBuilderForType();
        try {
            TextFormat.merge(fields, builder);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(name + " " + fields, e);
        }
        return builder.build();
    }

    private static Map<String, Message> requests() {
        Map<String, Message> requests = new HashMap<>();
        List<Message> types = List.of(
                RangeRequest.getDefaultInstance(),
                PutRequest.getDefaultInstance(),
                DeleteRangeRequest.getDefaultInstance(),
                TxnRequest.getDefaultInstance(),
                CompactionRequest.getDefaultInstance(),
                LeaseGrantRequest.getDefaultInstance(),
                LeaseRevokeRequest.getDefaultInstance(),
                LeaseTimeToLiveRequest.getDefaultInstance(),
                LeaseLeasesRequest.getDefaultInstance(),
                WatchCreateRequest.getDefaultInstance(),
                AlarmRequest.getDefaultInstance(),
                HashKVRequest.getDefaultInstance(),
                AuthEnableRequest.getDefaultInstance(),
                AuthDisableRequest.getDefaultInstance(),
                AuthStatusRequest.getDefaultInstance(),
                AuthenticateRequest.getDefaultInstance(),
                AuthUserAddRequest.getDefaultInstance(),
                AuthUserGetRequest.getDefaultInstance(),
                AuthUserListRequest.getDefaultInstance(),
                AuthUserDeleteRequest.getDefaultInstance(),
                AuthUserChangePasswordRequest.getDefaultInstance(),
                AuthUserGrantRoleRequest.getDefaultInstance(),
                AuthUserRevokeRoleRequest.getDefaultInstance(),
                AuthRoleAddRequest.getDefaultInstance(),
                AuthRoleGetRequest.getDefaultInstance(),
                AuthRoleListRequest.getDefaultInstance(),
                AuthRoleDeleteRequest.getDefaultInstance(),
                AuthRoleGrantPermissionRequest.getDefaultInstance(),
                AuthRoleRevokePermissionRequest.getDefaultInstance());
        types.forEach(type -> requests.put(type.getDescriptorForType().getName(), type));
        return requests;
    }

    /** A reply as the table writes it: in one line, and of its header only the revision. */
    static String text(Message reply) {
        Message.Builder builder = reply.toBuilder();
        Descriptor type = reply.getDescriptorForType();
        FieldDescriptor header = type.findFieldByName("header");
        if (header != null && reply.hasField(header)) {
            Message full = (Message) reply.getField(header);
            FieldDescriptor revision = full.getDescriptorForType().findFieldByName("revision");
            builder.setField(
                    header,
                    builder.newBuilderForField(header)
                            .setField(revision, full.getField(revision))
                            .build());
        }
        // What no two servers agree on.
        hide(builder, type, "token", "*");
        hide(builder, type, "hash", 0);
        if (reply instanceof LeaseTimeToLiveResponse lease && lease.getTTL() > 0) {
            hide(builder, type, "TTL", lease.getGrantedTTL());
            hide(
                    builder,
                    type,
                    "keys",
                    lease.getKeysList().stream().sorted(Keys.ORDER).toList());
        }
        return TextFormat.printer().printToString(builder.build()).strip().replaceAll("\n *", " ");
    }

    private static void hide(Message.Builder builder, Descriptor type, String field, Object replacement) {
        FieldDescriptor found = type.findFieldByName(field);
        if (found != null) {
            builder.setField(found, replacement);
        }
    }

    /** A refusal as the table writes it. */
    static String text(Status status) {
        return status.getCode() + " " + status.getDescription();
    }
}
