"""Patroni's Consul store, two members, against the server whose URL is the only argument; sessions of 2 s are allowed there."""
import sys
import threading
import time
from urllib.parse import urlparse

# The directory of this script comes first in the path, and its name is that of the package.
sys.path.pop(0)
from patroni.dcs.consul import Consul  # noqa: E402

url = urlparse(sys.argv[1])


def member(name):
    return Consul({'host': '%s:%d' % (url.hostname, url.port), 'scope': 'demo', 'namespace': '/service/', 'name': name,
                   'ttl': 4, 'loop_wait': 1, 'retry_timeout': 5, 'patronictl': False})


a, b = member('a'), member('b')
a.delete_cluster()
assert a.initialize(create_new=True, sysid='1')
assert not b.initialize(create_new=True, sysid='2')
for each in (a, b):
    assert each.touch_member({'conn_url': 'postgres://x/' + each._name, 'state': 'running', 'role': 'replica'})

assert a.attempt_to_acquire_leader()
assert not b.attempt_to_acquire_leader()
cluster = b.get_cluster()
assert cluster.leader.name == 'a'
assert sorted(each.name for each in cluster.members) == ['a', 'b']
a.get_cluster()
assert a.update_leader(100)

# The leader gives up its key while the other waits for it.
threading.Thread(target=a.delete_leader).start()
assert b.watch(cluster.leader.index, 20)
assert b.attempt_to_acquire_leader()

# The new leader renews no more: its session ends after 2 x 2 s, and takes its keys with it.
start = time.time()
cluster = a.get_cluster()
assert cluster.leader.name == 'b'
while True:
    assert time.time() - start < 40
    woken = a.watch(cluster.leader.index, 1)
    a.refresh_session()
    if woken and a.attempt_to_acquire_leader():
        break
assert time.time() - start > 1.9
cluster = a.get_cluster()
assert cluster.leader.name == 'a'
assert 'b' not in [each.name for each in cluster.members]
print('passed')
