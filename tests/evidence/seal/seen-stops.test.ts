// That nothing is sealed is seen at once at /readyz and /metrics, whatever a thief of the login of the application has done to stop it.
import { NO_HEAD_FILE } from '../../../src/evidence/known-head';
import { checkHeads, seal } from '../../../src/evidence/seal';
import { sealingStops } from '../../../src/evidence/sealing-stop.store';
import { shareTestApi, type TestApp } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { openStore, type Store } from '../stored-tree';

let app: TestApp;
let store: Store;

beforeEach(async () => {
  app = await shareTestApi();
  store = await openStore(app.database);
  // what the start of the application has written
  await sealAll();
});
afterEach(async () => {
  await store.source.destroy();
  await app.stop();
});

/** Two requests that ended five minutes ago. */
async function insert(): Promise<void> {
  await app.database.query(
    `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
     select overlay(new_id()::text placing left(first_id_at(t.at)::text, 13) from 1 for 13)::uuid, 'OUTGOING', 'SUCCEEDED', 1, false,
       'POST', 'https://partner.example.com/', t.at, t.at
     from generate_series(1, 2), (select date_trunc('milliseconds', now() - interval '5 minutes') as at) as t`,
  );
}

const sealAll = async () => {
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
};

/** What /readyz says about the evidence, and how far /metrics says that sealing is behind. What was found before is kept for 2 s. */
async function seen(isIt: (seen: { evidence: string; behind: number; status: number | null }) => boolean) {
  return waitFor('it to be seen', async () => {
    const ready = await sendRaw(`${app.url}/readyz`, { method: 'GET' });
    const { text } = await sendRaw(`${app.url}/metrics`, { method: 'GET' });
    const behind = Number(/^hookledger_evidence_behind_seconds (\S+)$/m.exec(text)?.[1]);
    const found = { status: ready.status, evidence: String((ready.json as { evidence?: string })?.evidence), behind };
    return isIt(found) && found;
  });
}

const isBehind = ({ evidence, behind }: { evidence: string; behind: number }) =>
  /^behind by \d+ s$/.test(evidence) && behind >= 300;
const isSealed = ({ evidence, behind }: { evidence: string; behind: number }) => evidence === 'sealed' && behind === 0;

test('rows that no process seals, as while a thief holds the lock of the tree', async () => {
  await insert();
  await app.database.query('begin');
  await app.database.query(`select pg_advisory_xact_lock(hashtext('hookledger.evidence'))`);
  await sealAll();
  await app.database.query('commit');
  expect(await seen(isBehind)).toMatchObject({ status: 200 });
  await sealAll();
  await seen(isSealed);
});

test('a request that was left open for hours has not waited for its seal before it ended', async () => {
  const begun = `date_trunc('milliseconds', now() - interval '3 hours')`;
  await app.database.query(
    `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at)
     select overlay(new_id()::text placing left(first_id_at(${begun})::text, 13) from 1 for 13)::uuid, 'OUTGOING', 'PENDING', 1, false,
       'POST', 'https://partner.example.com/', ${begun}`,
  );
  await app.database.query(
    `update webhook_request_logs set status = 'UNKNOWN', finished_at = date_trunc('milliseconds', now())`,
  );
  const { evidence } = await seen(({ behind }) => behind > 0 && behind < 60);
  expect(evidence).toBe('sealed');
  const { data } = await app.ask('{ evidenceStatus { oldestWaitingSeconds } }');
  expect(data.evidenceStatus.oldestWaitingSeconds).toBeLessThan(3_600);
});

test.each([
  ['was destroyed', `kek = null, wrapped = null, box = null, destroyed_at = now()`],
  ['is not of this process', `box = '\\x00'`],
  ['signs no more', `retires_at = now() - interval '1 day'`],
])('a tree that no head signs, because the key %s', async (_what, change) => {
  await seen(isSealed);
  await store.source.query(`update evidence_keys set ${change}`);
  await insert();
  await expect(sealAll()).rejects.toThrow();
  // leaves are in the tree already, and wait for nothing but the head
  await app.database.query(`set session_replication_role = replica`);
  await app.database.query(`update evidence_blocks set sealed_at = now() - interval '6 minutes'`);
  await app.database.query(`reset session_replication_role`);
  expect(await seen(isBehind)).toMatchObject({ status: 200 });
});

test.each(['infinity', '-infinity', '290000-01-01', '2999-01-01'])(
  'a stop with the time %s that no process reports is forgotten, and breaks nothing while it is there',
  async (time) => {
    const since = `insert into evidence_stops (reporter, code, message, since, seen_at) values ('x', 'NEWER', 'y', $1, $2)`;
    await store.source.query(since, [time, new Date()]);
    const [stop] = await sealingStops(store.source.manager, new Date());
    expect(Math.abs((stop?.since.getTime() ?? 0) - Date.now())).toBeLessThan(20 * 366 * 86_400_000);
    await seen(({ status, evidence }) => status === 200 && evidence.startsWith('stopped since 20'));
    await store.source.query('update evidence_stops set seen_at = $1, since = now()', [time]);
    expect(await sealingStops(store.source.manager, new Date())).toEqual([]);
    await seen(isSealed);
  },
);

test('a stop that names no head stops no process, and is removed; one that names a head that the tree lacks is seen', async () => {
  const stop = `insert into evidence_stops (reporter, code, message, checkpoint, since, seen_at) values ('x', 'NEWER', 'y', $1, now(), now())`;
  await store.source.query(stop, ['nothing']);
  expect(await store.transaction((db) => checkHeads(db, NO_HEAD_FILE))).toBe(true);
  expect(await sealingStops(store.source.manager, new Date())).toEqual([]);
  // of a key that this database does not have: it may have lost the key with the head
  await store.source.query(stop, [`erp.example.com/evidence/1\n99\n${'A'.repeat(43)}=\n\n— x AAAA\n`]);
  await expect(sealAll()).rejects.toMatchObject({ name: 'SealingStopped', code: 'NEWER' });
  await seen(({ status, evidence }) => status === 200 && /^stopped since \S+: NEWER: /.test(evidence));
});
