package dev.incumbent.embedded.etcd.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.incumbent.embedded.etcd.wire.DeleteRangeRequest;
import dev.incumbent.embedded.etcd.wire.LeaseGrantRequest;
import dev.incumbent.embedded.etcd.wire.LeaseRevokeRequest;
import dev.incumbent.embedded.etcd.wire.PutRequest;
import dev.incumbent.embedded.etcd.wire.election.CampaignRequest;
import dev.incumbent.embedded.etcd.wire.election.LeaderKey;
import dev.incumbent.embedded.etcd.wire.election.LeaderRequest;
import dev.incumbent.embedded.etcd.wire.election.ProclaimRequest;
import dev.incumbent.embedded.etcd.wire.election.ResignRequest;
import dev.incumbent.embedded.etcd.wire.lock.LockRequest;
import dev.incumbent.embedded.etcd.wire.lock.UnlockRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One step of a sequence about elections and locks. */
sealed interface ElectionCommand {

    /** Names of elections and of locks. The second begins as the first does, and is not to be mistaken for it. */
    List<String> NAMES = List.of("e", "e2", "l");

    /** Leases that may be granted; the last one never is. */
    List<Long> LEASES = List.of(1L, 2L, 3L, 0xabcL, 99L);

    /** A request; the revision of an own key in it is filled in by {@link ElectionSubject}. */
    record Ask(Message request) implements ElectionCommand {
        @Override
        public String toString() {
            return request.getDescriptorForType().getName() + " { " + Normaliser.line(request) + "}";
        }
    }

    /** Gives up a call that waits for its turn. */
    record GiveUp(ByteString key) implements ElectionCommand {}

    static ByteString key(String name, long lease) {
        return ByteString.copyFromUtf8(name + "/" + Long.toHexString(lease));
    }

    /** The key that a call would wait behind; empty if it does not wait. */
    static ByteString queued(Message request) {
        if (request instanceof CampaignRequest campaign) {
            return key(campaign.getName().toStringUtf8(), campaign.getLease());
        }
        return request instanceof LockRequest lock
                ? key(lock.getName().toStringUtf8(), lock.getLease())
                : ByteString.EMPTY;
    }

    /** Random ones. */
    static List<ElectionCommand> sequence(long seed, int length) {
        Random random = new Random(seed);
        List<ElectionCommand> commands = new ArrayList<>();
        LEASES.subList(0, LEASES.size() - 1)
                .forEach(lease -> commands.add(new Ask(LeaseGrantRequest.newBuilder()
                        .setID(lease)
                        .setTTL(1_000)
                        .build())));
        while (commands.size() < length) {
            commands.add(command(random));
        }
        return List.copyOf(commands);
    }

    private static ElectionCommand command(Random random) {
        String name = pick(random, NAMES);
        long lease = random.nextInt(12) == 0 ? 99 : pick(random, LEASES);
        int dice = random.nextInt(100);
        if (dice < 8) {
            return new GiveUp(key(name, lease));
        }
        return new Ask(dice < 62 ? election(random, dice, name, lease) : other(random, dice, name, lease));
    }

    private static Message election(Random random, int dice, String name, long lease) {
        ByteString value = ByteString.copyFromUtf8("v" + random.nextInt(3));
        LeaderKey.Builder leader = LeaderKey.newBuilder()
                .setName(ByteString.copyFromUtf8(name))
                .setKey(key(name, lease))
                .setLease(lease);
        if (dice < 30) {
            return CampaignRequest.newBuilder()
                    .setName(leader.getName())
                    .setLease(lease)
                    .setValue(value)
                    .build();
        } else if (dice < 40) {
            ProclaimRequest.Builder proclaim = ProclaimRequest.newBuilder().setValue(value);
            return (random.nextInt(15) == 0 ? proclaim : proclaim.setLeader(leader)).build();
        } else if (dice < 52) {
            return random.nextInt(15) == 0
                    ? ResignRequest.getDefaultInstance()
                    : ResignRequest.newBuilder().setLeader(leader).build();
        }
        return LeaderRequest.newBuilder().setName(leader.getName()).build();
    }

    private static Message other(Random random, int dice, String name, long lease) {
        ByteString key = key(name, lease);
        if (dice < 76) {
            return LockRequest.newBuilder()
                    .setName(ByteString.copyFromUtf8(name))
                    .setLease(lease)
                    .build();
        } else if (dice < 88) {
            return UnlockRequest.newBuilder()
                    .setKey(random.nextInt(15) == 0 ? ByteString.EMPTY : key)
                    .build();
        } else if (dice < 92) {
            return LeaseRevokeRequest.newBuilder().setID(lease).build();
        } else if (dice < 96) {
            return LeaseGrantRequest.newBuilder()
                    .setID(lease == 99 ? 1 : lease)
                    .setTTL(1_000)
                    .build();
        }
        // Somebody who knows nothing of queues.
        return random.nextBoolean()
                ? PutRequest.newBuilder().setKey(key).build()
                : DeleteRangeRequest.newBuilder().setKey(key).build();
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
