// A verification belongs to the process that was seen last with it. Another one takes it over a minute after that.
import { Client } from 'pg';
import { seal } from '../../../src/evidence/seal';
import { WHOLE_LOG } from '../../../src/evidence/verifying/scope';
import { findingsOf, insertRun, runsById, takeRun } from '../../../src/evidence/verifying/verification-run.store';
import { verifyNext } from '../../../src/evidence/verifying/verify-run';
import { newId } from '../../../src/values/ids';
import { waitFor } from '../../support/wait-for';
import { addAuditor, INSERT_CLOSED, type Store, startStore, tamperWith, trustOf } from '../stored-tree';

let store: Store;
let id: string;

beforeEach(async () => {
  store = await startStore();
  await addAuditor(store);
  await store.database.query(INSERT_CLOSED, [5]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  id = newId();
  const [user] = await store.database.query<{ id: string }>('select id from users limit 1');
  await insertRun(store.source.manager, {
    id,
    depth: 'TREE',
    scope: JSON.stringify(WHOLE_LOG),
    knownHeads: [],
    orderedBy: user?.id as string,
    createdAt: new Date(),
  });
});
afterEach(() => store.stop());

const verifyOne = () => verifyNext(store.source.manager, store.transaction, trustOf(store));
const run = async () => (await runsById(store.source.manager, [id])).get(id);
const seenAgo = (interval: string) =>
  store.database.query(`update evidence_runs set seen_at = now() - $1::interval where id = $2`, [interval, id]);

async function entries(): Promise<number> {
  const sql = `select count(*)::int as n from audit_entries where action = 'evidence.verified'`;
  return (await store.database.query<{ n: number }>(sql))[0]?.n ?? 0;
}

/** As another process takes it. */
async function takeElsewhere(): Promise<void> {
  const now = new Date();
  const found = await takeRun(store.source.manager, now, new Date(now.getTime() - 60_000));
  expect(found).toMatchObject({ id, status: 'RUNNING' });
}

test('one whose process was seen within the last minute is left to it', async () => {
  await takeElsewhere();
  await seenAgo('10 s');
  expect(await verifyOne()).toBe(false);
  expect(await run()).toMatchObject({ status: 'RUNNING', finishedAt: null });
});

test('one whose process has ended is done by another, from its beginning', async () => {
  await takeElsewhere();
  await seenAgo('61 s');
  expect(await verifyOne()).toBe(true);
  expect(await run()).toMatchObject({ status: 'COMPLETED', checked: 6, findingCount: 0, error: null });
  expect((await findingsOf(store.source.manager, [id])).get(id)).toBe('[]');
  expect(await entries()).toBe(1);
});

test.each(['infinity', '290000-01-01', '-infinity', null])(
  'one whose process was seen at the time %s, which a thief of the login wrote, is done',
  async (time) => {
    await takeElsewhere();
    await store.source.query('update evidence_runs set seen_at = $1', [time]);
    expect(await verifyOne()).toBe(true);
    expect(await run()).toMatchObject({ status: 'COMPLETED', checked: 6, error: null });
  },
);

test('what it has found does not change, also for the owner', async () => {
  expect(await verifyOne()).toBe(true);
  const before = await run();
  const change = `update evidence_runs set findings = '[]', finding_count = 7, status = 'PENDING', finished_at = null`;
  await expect(store.source.query(change)).rejects.toThrow('evidence_runs is refused');
  await expect(store.database.query(change)).rejects.toThrow('evidence_runs is refused');
  await expect(store.database.query('delete from evidence_runs')).rejects.toThrow('evidence_runs is refused');
  await expect(store.database.query('truncate evidence_runs')).rejects.toThrow('evidence_runs is refused');
  expect(await run()).toEqual(before);
});

test.each(['x', 'null', '{}', '{"kind":"RANGE","from":"x","to":null,"ids":null}'])(
  'one with the scope %s, which a thief of the login wrote, fails once',
  async (scope) => {
    await tamperWith(store.database, [`update evidence_runs set scope = '${scope}', depth = 'ROWS'`]);
    expect(await verifyOne()).toBe(true);
    expect(await run()).toMatchObject({ status: 'FAILED', error: expect.any(String) });
    expect(await verifyOne()).toBe(false);
  },
);

/** A verification that stands still in the middle, at a table that somebody has locked. */
async function stuckVerification(seenEveryMs?: number) {
  const locking = new Client({ connectionString: store.database.superuserUrl });
  await locking.connect();
  await locking.query('begin; lock table evidence_keys');
  const verifying = verifyNext(store.source.manager, store.transaction, trustOf(store), seenEveryMs);
  await waitFor('it to stand still', async () => {
    const sql = `select from pg_locks where not granted and relation = 'evidence_keys'::regclass
      and database = (select oid from pg_database where datname = current_database())`;
    return (await store.database.query(sql)).length > 0;
  });
  const goOn = async () => {
    await locking.end();
    expect(await verifying).toBe(true);
  };
  return { goOn };
}

async function seenAt(): Promise<string | undefined> {
  const sql = 'select seen_at::text as at from evidence_runs where id = $1';
  return (await store.database.query<{ at: string }>(sql, [id]))[0]?.at;
}

test('a process is seen while a step of it takes long', async () => {
  const { goOn } = await stuckVerification(20);
  for (let n = 0; n < 3; n += 1) {
    const before = await seenAt();
    await waitFor('it to be seen again', async () => (await seenAt()) !== before);
  }
  await goOn();
  expect(await run()).toMatchObject({ status: 'COMPLETED', checked: 6, error: null });
  expect(await entries()).toBe(1);
});

test('a process that stood still for longer writes no result over that of the other', async () => {
  const { goOn } = await stuckVerification();
  await seenAgo('61 s');
  await takeElsewhere();
  await goOn();
  expect(await run()).toMatchObject({ status: 'RUNNING', checked: 0, finishedAt: null, error: null });
  expect(await entries()).toBe(0);
});
