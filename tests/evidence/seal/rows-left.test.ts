// A row of the queue that cannot be sealed, because it was broken by hand, stops no other, and is never left out silently.
import { Client } from 'pg';
import { NO_HEAD_FILE } from '../../../src/evidence/known-head';
import { createSealer, leftRowsText, type Sealer } from '../../../src/evidence/sealer';
import { refuse } from '../../delivery/queue/broken-rows';
import { startTestApp, type TestApp } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { addAuditor, expectSoundTree, INSERT_CLOSED, type Store, storeForEach, verify } from '../stored-tree';

const store = storeForEach();
let sealer: Sealer;

const sealerOf = ({ source, transaction, keyring }: Store, retryMs?: number) =>
  createSealer(
    {
      db: source.manager,
      transaction,
      keyring,
      host: 'erp.example.com',
      memory: NO_HEAD_FILE,
      notTogether: () => undefined,
    },
    retryMs,
  );

beforeEach(() => {
  sealer = sealerOf(store(), 0);
});

afterEach(() => store().database.query('drop function if exists refuse_by_hand cascade'));

/** A row of the queue for each. */
async function close(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await store().database.query(INSERT_CLOSED, [1]);
}

async function sealAll(by = sealer): Promise<void> {
  while (await by.step());
}

const queued = async () =>
  (await store().database.query<{ id: string }>('select id from evidence_queue order by id')).map(({ id }) => id);

async function sealed(): Promise<number> {
  return (await store().database.query('select from evidence_leaves')).length;
}

/** The leaf of the first row of the queue is refused. @returns its id in the queue, and what ends the refusal */
async function refuseFirst(): Promise<[string, () => Promise<void>]> {
  const [first] = await store().database.query<{ id: string; subject: string }>(
    'select id, subject_ids[1] as subject from evidence_queue order by id limit 1',
  );
  const allow = await refuse(store(), 'evidence_leaves', 'insert', `new.subject_id = '${first?.subject}'`);
  return [first?.id as string, allow];
}

test('stays in the queue, all others are sealed, and it is sealed when it can be', async () => {
  await close(5);
  const [id, allow] = await refuseFirst();
  await sealAll();
  expect(await queued()).toEqual([id]);
  await close(5);
  await sealAll();
  expect(await queued()).toEqual([id]);
  expect(sealer.left()).toMatchObject([{ id, kind: 1, error: { message: 'refused by hand' } }]);
  expect(leftRowsText(sealer.left())).toMatch(
    /^1 row of evidence_queue cannot be sealed, and all others are\. The first has the id \d+, of request \S+: refused by hand\.$/,
  );
  expect(await sealed()).toBe(9);
  await allow();
  await sealAll();
  expect(sealer.left()).toEqual([]);
  expect(await queued()).toEqual([]);
  expect(await expectSoundTree(store())).toBe(10);
  await addAuditor(store());
  expect(await verify(store())).toEqual([]);
});

test('a thousand of them stop no other, and another process meets them too', async () => {
  await store().database.query(INSERT_CLOSED, [1_000]);
  await store().database.query(
    `insert into evidence_queue (kind, subject_ids, leaf_hashes)
       select kind, array[s.id], substring(leaf_hashes from (32 * s.n - 31)::int for 32) from evidence_queue, unnest(subject_ids) with ordinality as s (id, n)`,
  );
  await store().database.query('delete from evidence_queue where cardinality(subject_ids) > 1');
  const allow = await refuse(
    store(),
    'evidence_leaves',
    'insert',
    `new.leaf_index < 1000000 and new.subject_id = any (array(
    select id from webhook_request_logs order by id limit 1000))`,
  );
  await close(3);
  const [first, second] = [sealerOf(store()), sealerOf(store())];
  await Promise.all([sealAll(first), sealAll(second)]);
  await sealAll(first);
  expect(await queued()).toHaveLength(1_000);
  expect(await sealed()).toBe(3);
  await allow();
  // their time to be tried again has not come
  await sealAll(first);
  expect(await queued()).toHaveLength(1_000);
  // a process that has been started again
  await sealAll();
  expect(await queued()).toEqual([]);
  expect(await expectSoundTree(store())).toBe(1_003);
});

test.each([
  ['names no row of the record', `(1, array[null::uuid], sha256('x'))`, true],
  ['is of a month that has no partition', `(1, array[first_id_at('2199-01-01Z')], sha256('x'))`, true],
  ['has no leaf', `(1, '{}', '')`, false],
])('one that %s stops no other', async (_what, values, stays) => {
  await store().database.query(`insert into evidence_queue (kind, subject_ids, leaf_hashes) values ${values}`);
  const [id] = await queued();
  await sealAll();
  await close(2);
  await sealAll();
  expect(await queued()).toEqual(stays ? [id] : []);
  expect(await expectSoundTree(store())).toBe(2);
});

test('those that another session has locked are left until that session has ended, and keep no step for long', async () => {
  await close(20);
  const client = new Client({ connectionString: store().database.servingUrl });
  await client.connect();
  let tried = 0;
  // a statement that waits for a lock ends sooner
  const transaction: Store['transaction'] = (work, options) => {
    tried += 1;
    return store().transaction(work, { ...options, lockTimeoutMs: 100 });
  };
  sealer = sealerOf({ ...store(), transaction }, 0);
  try {
    await client.query('begin');
    await client.query('delete from evidence_queue');
    await sealer.step();
    expect(sealer.left()).toHaveLength(20);
    tried = 0;
    await sealer.step();
  } finally {
    await client.end();
  }
  // trying each of them again would take two seconds
  expect(tried).toBeLessThan(20);
  // a step tries them for a second, which may be too short for all
  while (sealer.left().length > 0) await sealer.step();
  expect(await queued()).toEqual([]);
  expect(await expectSoundTree(store())).toBe(20);
});

describe('in an application', () => {
  let app: TestApp;
  const lines: { code?: string; msg: string }[] = [];

  beforeAll(async () => {
    const logTo = { write: (line: string) => void lines.push(JSON.parse(line)) };
    app = await startTestApp({ PROCESSES: 'api,indexer', LOG_LEVEL: 'error' }, logTo);
  });
  afterAll(() => app.stop());

  const readiness = async () =>
    String(((await sendRaw(`${app.url}/readyz`, { method: 'GET' })).json as { evidence?: string })?.evidence);

  test('/readyz, the metric, evidenceStatus and the log name the row and the error', async () => {
    const allow = await refuse(app, 'evidence_leaves', 'insert', `new.kind = 1`);
    await app.database.query(INSERT_CLOSED, [1]);
    await waitFor('/readyz', async () =>
      /^incomplete since \S+: ROWS: 1 row .* refused by hand\.$/.test(await readiness()),
    );
    const metric = await sendRaw(`${app.url}/metrics`, { method: 'GET' });
    expect(metric.text).toMatch(/^hookledger_evidence_stopped\{code="ROWS"\} 1$/m);
    const { data } = await app.ask('{ evidenceStatus { waitingCount stops { code message } } }');
    const message = expect.stringMatching(/refused by hand/);
    expect(data.evidenceStatus).toEqual({ waitingCount: 1, stops: [{ code: 'ROWS', message }] });
    expect(lines).toEqual([expect.objectContaining({ code: 'ROWS', msg: message })]);
    await allow();
  });

  test('so do they when nothing can be sealed', async () => {
    await refuse(app, 'evidence_heads', 'insert', 'true');
    await app.ask(`mutation { createUser(input: { name: "one", roles: [] }) { user { id } } }`);
    await waitFor('/readyz', async () =>
      /^stopped since \S+: FAILED: Sealing fails: refused by hand\.$/.test(await readiness()),
    );
  });
});
