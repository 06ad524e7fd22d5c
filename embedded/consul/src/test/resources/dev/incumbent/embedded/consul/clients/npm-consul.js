// npm's consul against the server whose URL is the only argument.
const assert = require('assert');
const { Buffer } = require('buffer');
const loaded = require('consul');
const Consul = loaded.default || loaded;

(async () => {
  const url = new URL(process.argv[2]);
  const consul = new Consul({ host: url.hostname, port: Number(url.port) });
  await consul.kv.del({ key: 'npm/', recurse: true });

  assert.strictEqual(await consul.kv.set('npm/a', 'one'), true);
  assert.strictEqual((await consul.kv.get('npm/a')).Value, 'one');
  assert.strictEqual(await consul.kv.get('npm/none'), undefined);
  assert.deepStrictEqual(await consul.kv.keys('npm/'), ['npm/a']);

  const session = (await consul.session.create({ name: 'npm', ttl: '10s', lockdelay: '1s', behavior: 'release' })).ID;
  assert.strictEqual(await consul.kv.set({ key: 'npm/l', value: '1', acquire: session }), true);
  assert.strictEqual((await consul.session.get(session)).ID, session);
  assert.strictEqual((await consul.session.renew(session))[0].TTL, '10s');
  assert.ok((await consul.session.list()).some((each) => each.ID === session));

  const holders = [];
  const watch = consul.watch({ method: consul.kv.get, options: { key: 'npm/l' } });
  await new Promise((resolve, reject) => {
    watch.on('error', reject);
    watch.on('change', (entry) => {
      holders.push(entry.Session);
      if (holders.length === 1) consul.session.destroy(session).catch(reject);
      else resolve();
    });
  });
  watch.end();
  assert.deepStrictEqual(holders, [session, undefined]);
  await assert.rejects(consul.session.renew(session), /not found/);

  const value = Buffer.from('x').toString('base64');
  const done = await consul.transaction.create([
    { KV: { Verb: 'set', Key: 'npm/t', Value: value } },
    { KV: { Verb: 'get', Key: 'npm/t' } },
  ]);
  assert.strictEqual(done.Results[1].KV.Value, value);
  await assert.rejects(consul.transaction.create([{ KV: { Verb: 'check-not-exists', Key: 'npm/t' } }]));

  assert.ok((await consul.status.leader()).length);
  assert.ok((await consul.agent.self()).Config.NodeName);
  assert.ok((await consul.agent.members()).length);
  assert.deepStrictEqual(await consul.catalog.datacenters(), ['dc1']);
  assert.ok((await consul.health.service('consul')).length);
  console.log('passed');
  process.exit(0);
})().catch((failure) => {
  console.error(failure);
  process.exit(1);
});
