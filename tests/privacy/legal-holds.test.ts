// Legal holds: who places, asks for the release, and releases.
import { uuidOf } from '../../src/ids';
import { shareTestApi, type TestApp } from '../support/app';
import { askIn, sessionFor } from '../support/browser-session';
import { CHANGES_RECORDED } from '../support/changes-recorded';
import { waitFor } from '../support/wait-for';

const REASON = 'The court asked for it';
const HOLD =
  'legalHold { id name documentType placedBy { name } releaseReason releasedAt } userErrors { field code message }';

let app: TestApp;
let manager: string;

beforeAll(async () => {
  app = await shareTestApi();
  manager = await app.keyFor('SYSTEM_MANAGER');
});
afterAll(() => app.stop());

async function ask(mutation: string, input: object, key?: string) {
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;
  const query = `mutation ($input: ${name}Input!) { ${mutation}(input: $input) { ${HOLD} } }`;
  return (await app.ask(query, { input }, key)).data[mutation];
}

async function releaseAs(key: string, id: string) {
  const query = `mutation { releaseLegalHold(input: { id: "${id}" }) { ${HOLD} } }`;
  return (await askIn(app.url, await sessionFor(app.url, key), query)).data.releaseLegalHold;
}

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

test('a hold is placed, its release asked for, and released by a second person, each with its entry', async () => {
  const id = await place({ documentType: 'Sales Invoice', referenceDocument: 'SINV-0042' });
  const asked = await ask('requestLegalHoldRelease', { id, reason: 'The case was closed' });
  expect(asked.legalHold).toMatchObject({ releaseReason: 'The case was closed', releasedAt: null });
  const { legalHold, userErrors } = await releaseAs(manager, id);
  expect(userErrors).toEqual([]);
  expect(legalHold.releasedAt).not.toBeNull();
  expect(await entries(id)).toEqual([
    { action: 'hold.placed', reason: REASON },
    { action: 'hold.release_requested', reason: 'The case was closed' },
    { action: 'hold.released', reason: 'The case was closed' },
  ]);
  const again = await releaseAs(manager, id);
  expect(again.userErrors).toMatchObject([matching({ field: ['id'], code: 'CONFLICT', message: /was released at/ })]);
});

const matching = ({ message, ...rest }: { message: RegExp; field: unknown; code: string }) => ({
  ...rest,
  message: expect.stringMatching(message),
});

test('neither who placed a hold nor who asked for its release may release it', async () => {
  const id = await place();
  const refusal = async (key: string) => (await releaseAs(key, id)).userErrors[0];
  expect(await refusal(manager)).toMatchObject({ field: ['id'], code: 'CONFLICT' });
  expect((await refusal(manager)).message).toMatch(/was not asked for/);
  await ask('requestLegalHoldRelease', { id, reason: 'The case was closed' }, manager);
  expect(await refusal(manager)).toMatchObject({
    field: ['id'],
    code: 'CONFLICT',
    message: 'You asked for the release of this hold yourself: another person must decide about it.',
  });
  expect((await refusal(app.adminKey)).message).toMatch(/You placed this hold yourself/);
  expect(await refusal(await app.keyFor('SYSTEM_MANAGER'))).toBeUndefined();
});

test('with one manager the refusal says so', async () => {
  const id = await place();
  await app.database.query(`update users set active = false where name like 'user-%'`);
  const { userErrors } = await ask('requestLegalHoldRelease', { id, reason: 'The case was closed' });
  await app.database.query(`update users set active = true where name like 'user-%'`);
  expect(userErrors[0].message).toBe(
    'The release of a hold needs a second person, and no other active user has the role SYSTEM_MANAGER. Give this role ' +
      'to another user.',
  );
});

test('an API key alone releases nothing', async () => {
  const id = await place();
  await ask('requestLegalHoldRelease', { id, reason: 'The case was closed' });
  const { legalHold, userErrors } = await ask('releaseLegalHold', { id }, manager);
  expect(legalHold).toBeNull();
  expect(userErrors[0].message).toBe('A person must do this: sign in, and repeat it without an API key.');
});

test('two who release at once: one does', async () => {
  const id = await place();
  await ask('requestLegalHoldRelease', { id, reason: 'The case was closed' });
  const answers = await Promise.all([releaseAs(manager, id), releaseAs(manager, id)]);
  expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect((await entries(id)).filter(({ action }) => action === 'hold.released')).toHaveLength(1);
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

test('the database refuses to change a hold that was placed, to release it alone, and to delete it', async () => {
  const id = uuidOf('LegalHold', await place());
  const run = (sql: string) => app.database.query(sql, [id]);
  await expect(run(`update legal_holds set name = 'Other' where id = $1`)).rejects.toThrow(/is refused/);
  await expect(
    run('update legal_holds set released_by = placed_by, released_at = now() where id = $1'),
  ).rejects.toThrow(/second_person/);
  const { id: other } =
    (await app.database.query<{ id: string }>(`select id from users where name like 'user-%'`))[0] ?? {};
  await expect(
    app.database.query('update legal_holds set released_by = $2, released_at = now() where id = $1', [id, other]),
  ).rejects.toThrow(/second_person/);
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
