package dev.incumbent.embedded.etcd.internal.store;

import dev.incumbent.embedded.etcd.wire.AlarmMember;
import dev.incumbent.embedded.etcd.wire.AlarmRequest;
import dev.incumbent.embedded.etcd.wire.AlarmRequest.AlarmAction;
import dev.incumbent.embedded.etcd.wire.AlarmResponse;
import dev.incumbent.embedded.etcd.wire.AlarmType;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The alarms that are raised. Nothing raises one here but a request. */
final class AlarmTable {

    private final SortedSet<AlarmMember> raised = new TreeSet<>(Comparator.comparing(AlarmMember::getAlarmValue)
            .thenComparing(AlarmMember::getMemberID, Long::compareUnsigned));

    AlarmResponse apply(AlarmRequest request) {
        AlarmMember alarm = AlarmMember.newBuilder()
                .setMemberID(request.getMemberID())
                .setAlarmValue(request.getAlarmValue())
                .build();
        AlarmResponse.Builder response = AlarmResponse.newBuilder();
        if (request.getAction() == AlarmAction.GET) {
            return response.addAllAlarms(get(request.getAlarm())).build();
        }
        boolean known = alarm.getAlarm() == AlarmType.NOSPACE || alarm.getAlarm() == AlarmType.CORRUPT;
        if (request.getAction() == AlarmAction.ACTIVATE && known) {
            raised.add(alarm);
            response.addAlarms(alarm);
        } else if (request.getAction() == AlarmAction.DEACTIVATE && raised.remove(alarm)) {
            response.addAlarms(alarm);
        }
        return response.build();
    }

    private List<AlarmMember> get(AlarmType type) {
        return raised.stream()
                .filter(alarm -> type == AlarmType.NONE || alarm.getAlarm() == type)
                .toList();
    }

    boolean isRaised(AlarmType type) {
        return raised.stream().anyMatch(alarm -> alarm.getAlarm() == type);
    }

    List<AlarmMember> all() {
        return List.copyOf(raised);
    }

    void restore(AlarmMember alarm) {
        raised.add(alarm);
    }
}
