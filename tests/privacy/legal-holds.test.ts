// Legal holds: who places, asks for the release, and releases.
import { uuidOf } from '../../src/values/ids';
import { takeEffectNow } from '../approvals/take-effect-now';
import { openStore, type Store } from '../evidence/stored-tree';
import { useTestApi } from '../support/app';
import { askIn, sessionFor } from '../support/browser-session';
import { CHANGES_RECORDED } from '../support/changes-recorded';
import { askMutation } from '../support/mutate';
import { waitFor } from '../support/wait-for';

const REASON = 'The court asked for it';
const HOLD = 'legalHold { id name documentType placedBy { name } releasedAt } userErrors { field code message }';
const APPROVAL = 'approval { id kind status reason takesEffectAt legalHold { id releasedAt } }';

const app = useTestApi();
let store: Store;
let manager: string;

beforeAll(async () => {
  store = await openStore(app.database);
  manager = await app.keyFor('SYSTEM_MANAGER');
});
afterAll(() => store.source.destroy());

async function ask(mutation: string, input: object, key?: string) {
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;
  const query = `mutation ($input: ${name}Input!) { ${mutation}(input: $input) { ${HOLD} } }`;
  return (await app.ask(query, { input }, key)).data[mutation];
}

const release = (id: string, key?: string) =>
  askMutation(app, 'requestLegalHoldRelease', { id, reason: 'The case was closed' }, APPROVAL, key).then(
    ({ data }) => data.requestLegalHoldRelease,
  );

const place = async (fields: object = { documentType: 'Sales Invoice' }): Promise<string> => {
  const { legalHold, userErrors } = await ask('placeLegalHold', { name: 'Case 7', reason: REASON, ...fields });
  expect(userErrors).toEqual([]);
  return legalHold.id;
};

async function entries(id: string): Promise<{ action: string; reason: string }[]> {
  const { data } = await app.ask(
    `query ($id: ID!) { auditEntries(where: { subjectId: { eq: $id } }, orderBy: { direction: ASC }) {
       nodes { action reason subjectId } } }`,
    { id },
  );
  const { nodes } = data.auditEntries;
  return nodes.map(({ subjectId, ...entry }: { subjectId: string; action: string; reason: string }) => {
    expect(subjectId).toBe(id);
    return entry;
  });
}

test('a hold is placed, its release requested, and approved by the time, each with its entry', async () => {
  const id = await place({ documentType: 'Sales Invoice', referenceDocument: 'SINV-0042' });
  const { approval } = await release(id, manager);
  expect(approval).toEqual({
    id: expect.stringMatching(/^apr_[0-9a-f]{32}$/),
    kind: 'HOLD_RELEASE',
    status: 'WAITING',
    reason: 'The case was closed',
    takesEffectAt: expect.any(String),
    legalHold: { id, releasedAt: null },
  });
  expect(Date.parse(approval.takesEffectAt) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
  expect(await takeEffectNow(app.database, store.transaction)).toBe(1);
  const { data } = await app.ask(
    `query ($id: ID!) { legalHold(id: $id) { releasedAt release { id status decidedBy { name } decisionReason decidedAt }
      approvals { nodes { id } } } }`,
    { id },
  );
  expect(data.legalHold).toEqual({
    releasedAt: expect.any(String),
    release: {
      id: approval.id,
      status: 'APPROVED',
      decidedBy: null,
      decisionReason: null,
      decidedAt: expect.any(String),
    },
    approvals: { nodes: [{ id: approval.id }] },
  });
  expect(await entries(id)).toEqual([
    { action: 'hold.placed', reason: REASON },
    { action: 'hold.release_requested', reason: 'The case was closed' },
    { action: 'hold.released', reason: 'The case was closed' },
  ]);
  const again = await release(id);
  expect(again.userErrors).toMatchObject([matching({ field: ['id'], code: 'CONFLICT', message: /was released at/ })]);
});

const matching = ({ message, ...rest }: { message: RegExp; field: unknown; code: string }) => ({
  ...rest,
  message: expect.stringMatching(message),
});

test('one release of a hold waits at a time, and every SYSTEM_MANAGER declines it, also with a key', async () => {
  const id = await place();
  const answers = await Promise.all([release(id), release(id, manager)]);
  expect(answers.filter(({ approval }) => approval !== null)).toHaveLength(1);
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([
    matching({ field: ['id'], code: 'CONFLICT', message: /was already requested: apr_[0-9a-f]{32} waits\.$/ }),
  ]);
  const approval = answers.find((answer) => answer.approval !== null)?.approval;
  const decline = { id: approval.id, reason: 'The case goes on' };
  const declined = await askMutation(
    app,
    'decline',
    decline,
    'approval { status decisionReason legalHold { releasedAt } }',
    manager,
  );
  expect(declined.data.decline.approval).toEqual({
    status: 'DECLINED',
    decisionReason: 'The case goes on',
    legalHold: { releasedAt: null },
  });
  expect(await takeEffectNow(app.database, store.transaction)).toBe(0);
  expect((await entries(id)).at(-1)).toEqual({ action: 'hold.release_declined', reason: 'The case goes on' });
  expect((await release(id)).userErrors).toEqual([]);
});

test('without an identity provider nobody approves', async () => {
  const { approval } = await release(await place(), manager);
  const approve = `mutation { approve(input: { id: "${approval.id}", reason: "Seen" }) { userErrors { code message } } }`;
  const { data } = await askIn(app.url, await sessionFor(app.url, app.adminKey), approve);
  expect(data.approve.userErrors).toEqual([
    {
      code: 'CONFLICT',
      message:
        'Without an identity provider (OIDC_ISSUER) no one can approve this: a user may be any person. It takes effect at ' +
        `${approval.takesEffectAt} unless a SYSTEM_MANAGER declines it.`,
    },
  ]);
});

const BAD = [
  { what: 'nothing', input: {}, field: ['webhookId'], code: 'REQUIRED' },
  { what: 'a document without its type', input: { referenceDocument: 'X' }, field: ['documentType'], code: 'REQUIRED' },
  { what: 'an unknown webhook', input: { webhookId: 'whk_x' }, field: ['webhookId'], code: 'NOT_FOUND' },
  { what: 'the id of a webhook as a user', input: { userId: 'whk_x' }, field: ['userId'], code: 'NOT_FOUND' },
  {
    what: 'a time that ends before it begins',
    input: { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' },
    field: ['to'],
    code: 'INVALID',
  },
  {
    what: 'a long name',
    input: { name: 'x'.repeat(201), from: '2026-03-02T00:00:00Z' },
    field: ['name'],
    code: 'TOO_LARGE',
  },
  ...[
    { reason: ' ', code: 'REQUIRED' },
    { reason: 'x'.repeat(1_001), code: 'TOO_LARGE' },
    ...[`NUL \u0000 ${REASON}`, `\u001b[31m ${REASON}`, `\ud83d ${REASON}`, 'First line\nsecond line'].map(
      (reason) => ({
        reason,
        code: 'INVALID',
      }),
    ),
  ].map(({ reason, code }) => ({
    what: `the reason ${JSON.stringify(reason.slice(0, 20))} of ${reason.length}`,
    input: { reason, documentType: 'X' },
    field: ['reason'],
    code,
  })),
];

test.each(BAD)('a hold of $what is refused, and nothing is recorded', async ({ input, field, code }) => {
  const count = async () => (await app.database.query(`select ${CHANGES_RECORDED} as count`))[0]?.count;
  const before = await count();
  const { legalHold, userErrors } = await ask('placeLegalHold', { name: 'Case 8', reason: REASON, ...input });
  expect(legalHold).toBeNull();
  expect(userErrors).toContainEqual(expect.objectContaining({ field, code }));
  expect(await count()).toBe(before);
});

test('a hold that is refused does not wait for erasures in progress', async () => {
  await app.database.query(`begin; select pg_advisory_xact_lock_shared(hashtext('hookledger.holds'))`);
  const { userErrors } = await ask('placeLegalHold', { name: 'Case 9', reason: '', documentType: 'X' });
  expect(userErrors).toMatchObject([{ field: ['reason'], code: 'REQUIRED' }]);
  await app.database.query('rollback');
});

test('a hold waits for erasures in progress: those that begin after it see it', async () => {
  await app.database.query(`begin; select pg_advisory_xact_lock_shared(hashtext('hookledger.holds'))`);
  const placing = place();
  await waitFor('it to wait', async () => {
    await app.database.query('select pg_stat_clear_snapshot()');
    const waiting = await app.database.query(
      `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
    );
    return waiting.length > 0;
  });
  await app.database.query('commit');
  await placing;
});

test('a reason may be short, and have 1,000 characters', async () => {
  for (const reason of ['x', 'x'.repeat(1_000)]) await place({ documentType: 'X', reason });
});

test('legalHolds lists all holds, and those in force by a filter', async () => {
  const { data } = await app.ask(`{ all: legalHolds(first: 100) { totalCount nodes { id } }
    now: legalHolds(first: 100, where: { releasedAt: { isNull: true } }) { totalCount nodes { id releasedAt } } }`);
  expect(data.now.nodes.every(({ releasedAt }: { releasedAt: string | null }) => releasedAt === null)).toBe(true);
  expect(data.all.totalCount).toBeGreaterThan(data.now.totalCount);
  const [{ id }] = data.now.nodes;
  const found = await app.ask('query ($id: ID!) { legalHold(id: $id) { id releasedAt } }', { id });
  expect(found.data).toEqual({ legalHold: { id, releasedAt: null } });
});

test('the database refuses to change a hold that was placed, to release it without an approval, and to delete it', async () => {
  const hold = await place();
  const { approval } = await release(hold);
  const [id, waiting] = [uuidOf('LegalHold', hold), uuidOf('Approval', approval.id)];
  const run = (sql: string) => app.database.query(sql, [id]);
  await expect(run(`update legal_holds set name = 'Other' where id = $1`)).rejects.toThrow(/is refused/);
  for (const releaseId of [waiting, id]) {
    const sql = 'update legal_holds set release_id = $2, released_at = now() where id = $1';
    await expect(app.database.query(sql, [id, releaseId])).rejects.toThrow('it was not approved');
  }
  await expect(
    app.database.query(`update approvals set status = 'APPROVED', decided_at = now() where id = $1`, [waiting]),
  ).rejects.toThrow('its time has not come');
  await expect(run('delete from legal_holds where id = $1')).rejects.toThrow(/is refused/);
});

// last: a hold is never deleted
test('at most 1,000 holds are in force', async () => {
  await app.database.query(
    `insert into legal_holds (id, name, document_type, reason, placed_by, created_at)
     select new_id(), 'Case', 'X', 'A reason', (select id from users limit 1), now() from generate_series(1,
       1000 - (select count(*) from legal_holds where released_at is null))`,
  );
  const { userErrors } = await ask('placeLegalHold', { name: 'One more', reason: REASON, documentType: 'X' });
  expect(userErrors).toEqual([
    {
      field: null,
      code: 'TOO_LARGE',
      message: 'There are 1,000 holds in force, which is the maximum. Release one first.',
    },
  ]);
});
