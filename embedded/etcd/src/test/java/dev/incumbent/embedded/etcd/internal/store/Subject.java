package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.RangeRequest;
import dev.incumbent.embedded.etcd.wire.command.Command;
import java.util.List;

/** What {@link ModelTest} holds against one another: the model, the machine, and machines with a fault. */
interface Subject {

    Reply apply(long index, Command command);

    Reply range(RangeRequest request);

    List<Revision> changes(long fromRevision);

    List<LeaseInfo> leases();

    long compacted();
}
