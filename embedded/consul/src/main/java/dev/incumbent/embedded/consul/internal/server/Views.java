package dev.incumbent.embedded.consul.internal.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.incumbent.embedded.consul.internal.store.Entry;
import dev.incumbent.embedded.consul.internal.store.Node;
import dev.incumbent.embedded.consul.internal.store.Session;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What entries, sessions and nodes look like in JSON: each with Consul's fields in Consul's order. */
final class Views {

    private Views() {}

    static void entry(Json json, Entry entry, boolean withValue) throws IOException {
        json.object(fields -> {
            fields.field("LockIndex", entry.lockIndex()).name("Key").bytes(entry.key());
            fields.field("Flags", entry.flags()).name("Value");
            if (withValue && !entry.value().isEmpty()) {
                fields.text(Base64.getEncoder().encodeToString(entry.value().getBytes(ISO_8859_1)));
            } else {
                fields.nothing();
            }
            if (!entry.session().isEmpty()) {
                fields.name("Session").bytes(entry.session());
            }
            fields.field("CreateIndex", entry.createIndex()).field("ModifyIndex", entry.modifyIndex());
        });
    }

    static void session(Json json, Session session) throws IOException {
        json.object(fields -> {
            fields.field("ID", session.id()).name("Name").bytes(session.name());
            fields.name("Node").bytes(session.node()).name("LockDelay").signed(session.lockDelayNanos());
            fields.field("Behavior", session.deletes() ? "delete" : "release")
                    .name("TTL")
                    .bytes(session.ttl());
            checks(fields.name("NodeChecks"), session.nodeChecks());
            checks(fields.name("ServiceChecks"), session.serviceChecks());
            fields.field("CreateIndex", session.createIndex()).field("ModifyIndex", session.createIndex());
        });
    }

    private static void checks(Json json, @Nullable List<String> checks) throws IOException {
        if (checks == null) {
            json.nothing();
        } else {
            json.array(checks, Json::bytes);
        }
    }

    /** A node, with the words that some of Consul's views have for its parts. */
    static void node(Json json, Node node, String datacenter) throws IOException {
        json.object(fields -> {
            address(fields, node, datacenter);
            fields.name("Meta").object(none -> none.field("consul-network-segment", ""));
            fields.field("CreateIndex", node.createIndex()).field("ModifyIndex", node.modifyIndex());
        });
    }

    static void address(Json fields, Node node, String datacenter) throws IOException {
        fields.field("ID", node.id()).field("Node", node.name()).field("Address", "127.0.0.1");
        fields.field("Datacenter", datacenter).name("TaggedAddresses").object(tagged -> {
            for (String tag : new String[] {"lan", "lan_ipv4", "wan", "wan_ipv4"}) {
                tagged.field(tag, "127.0.0.1");
            }
        });
    }

    static void check(Json json, Node node) throws IOException {
        json.object(fields -> {
            fields.field("Node", node.name()).field("CheckID", Node.SERF_HEALTH);
            fields.field("Name", "Serf Health Status").field("Status", node.passing() ? "passing" : "critical");
            fields.field("Notes", "")
                    .field("Output", node.passing() ? "Agent alive and reachable" : "Agent not live or unreachable");
            fields.field("ServiceID", "").field("ServiceName", "").name("ServiceTags");
            fields.array(List.<String>of(), Json::text).field("Type", "").name("Definition");
            fields.object(none -> {}).field("CreateIndex", node.createIndex());
            fields.field("ModifyIndex", node.checkIndex());
        });
    }
}
