"""python-consul against the server whose URL is the only argument."""
import sys
import threading
from urllib.parse import urlparse

import consul

url = urlparse(sys.argv[1])


def client():
    return consul.Consul(host=url.hostname, port=url.port)


c = client()
c.kv.delete('py/', recurse=True)

assert c.kv.put('py/a', 'one')
assert c.kv.get('py/a')[1]['Value'] == b'one'
assert c.kv.get('py/none')[1] is None
assert c.kv.get('py/', keys=True)[1] == ['py/a']
assert not c.kv.put('py/a', 'two', cas=0)

session = c.session.create('py', ttl=10, lock_delay=0, behavior='delete')
assert c.kv.put('py/l', '1', acquire=session)
assert c.session.info(session)[1]['ID'] == session
assert c.session.renew(session)['TTL'] == '10s'
index, held = c.kv.get('py/l')
assert held['Session'] == session

threading.Thread(target=lambda: client().session.destroy(session)).start()
later, gone = c.kv.get('py/l', index=index, wait='30s')
assert gone is None and int(later) > int(index), (later, gone)
try:
    c.session.renew(session)
    raise AssertionError('renewed')
except consul.NotFound:
    pass

assert c.status.leader() and c.status.peers()
assert c.agent.self()['Config']['NodeName'] and c.agent.members()
assert c.catalog.datacenters() == ['dc1'] and c.health.service('consul')[1]
print('passed')
