import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { warnOfExpiringKeys } from '../../src/jobs/maintenance';
import { createLog } from '../../src/logging/log';
import { uuidOf } from '../../src/values/ids';
import { startSecondWorker } from '../delivery/capacity/circuit-states';
import { useTestApi } from '../support/app';
import { waitFor } from '../support/wait-for';
import { createKeyOf, createUserOf, revokeKeyOf } from './user-keys';

const DAY_MS = 24 * 3_600_000;

const app = useTestApi();
let source: DataSource;
let userId: string;

beforeAll(async () => {
  source = await createDataSource(app.database.servingUrl, { name: 'expiring keys', poolSize: 6 }).initialize();
  userId = await createUserOf(app, 'holder', ['AUDITOR']);
});
afterAll(() => source.destroy());

const createKey = (input: object = {}) => createKeyOf(app, { userId, ...input });
const warn = () => warnOfExpiringKeys(source, createLog('silent'));

/** Makes the key as old, and as near to its end, as the test needs. */
async function setTimes(id: string, { agedDays = 400, daysLeft }: { agedDays?: number; daysLeft: number }) {
  await app.database.query(
    `update api_keys set created_at = now() - make_interval(days => $2), expires_at = now() + $3::float * interval '1 day'
     where id = $1`,
    [uuidOf('ApiKey', id), agedDays, daysLeft],
  );
}

async function warningsOf(id: string): Promise<{ withinDays: number }[]> {
  const { data } = await app.ask(
    `query ($where: BusinessEventWhere) { businessEvents(first: 100, where: $where) { nodes { event data } } }`,
    { where: { documentType: { eq: 'Hookledger' }, referenceDocument: { eq: id } } },
  );
  return data.businessEvents.nodes
    .map((node: { event: string; data: object }) => {
      expect(node.event).toBe('api_key.expiring');
      return node.data;
    })
    .reverse();
}

const endsOf = (id: string) =>
  app.database.query<{ actor_kind: string }>(
    `select actor_kind from audit_entries where action = 'api_key.expired' and subject_id = $1`,
    [uuidOf('ApiKey', id)],
  );

test('a key expires after 365 days, unless it is to expire never or at another time', async () => {
  const lifetime = ({ createdAt, expiresAt }: { createdAt: string; expiresAt: string }) =>
    Date.parse(expiresAt) - Date.parse(createdAt);
  for (const input of [{}, { neverExpires: false }, { expiresAt: null }]) {
    expect(lifetime((await createKey(input)).apiKey)).toBe(365 * DAY_MS);
  }
  expect((await createKey({ neverExpires: true })).apiKey.expiresAt).toBeNull();
  const expiresAt = new Date(Date.now() + 3 * 365 * DAY_MS).toISOString();
  expect((await createKey({ expiresAt })).apiKey.expiresAt).toBe(expiresAt);
  expect((await createKey({ expiresAt, neverExpires: true })).userErrors).toEqual([
    {
      field: ['neverExpires'],
      code: 'INVALID',
      message: 'neverExpires is true, but expiresAt says when the key expires: give one of the two.',
    },
  ]);
});

test('an expired key says so to its holder, and an entry records the end once', async () => {
  const { apiKey, token } = await createKey();
  await setTimes(apiKey.id, { daysLeft: -0.01 });
  const answer = await app.ask('{ viewer { name } }', {}, token);
  expect(answer.status).toBe(401);
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringMatching(
      /^This API key expired at \d{4}-\d\d-\d\dT[\d:.]+Z: a SYSTEM_MANAGER can create another one\.$/,
    ),
    extensions: { code: 'UNAUTHENTICATED' },
  });
  await Promise.all(Array.from({ length: 5 }, warn));
  expect(await endsOf(apiKey.id)).toEqual([{ actor_kind: 'SYSTEM' }]);
  expect(await warningsOf(apiKey.id)).toEqual([]);
});

test('a key is warned of once 30 days and once 7 days before its end, by all processes together', async () => {
  const { apiKey } = await createKey({ label: 'ERP' });
  await setTimes(apiKey.id, { daysLeft: 30.01 });
  await warn();
  expect(await warningsOf(apiKey.id)).toEqual([]);
  await setTimes(apiKey.id, { daysLeft: 29.99 });
  await Promise.all(Array.from({ length: 5 }, warn));
  expect(await warningsOf(apiKey.id)).toEqual([
    { apiKey: { id: apiKey.id, label: 'ERP' }, user: 'holder', withinDays: 30, expiresAt: expect.any(String) },
  ]);
  await setTimes(apiKey.id, { daysLeft: 7.01 });
  await warn();
  await setTimes(apiKey.id, { daysLeft: 6.99 });
  await Promise.all(Array.from({ length: 5 }, warn));
  expect((await warningsOf(apiKey.id)).map(({ withinDays }) => withinDays)).toEqual([30, 7]);
  expect(await endsOf(apiKey.id)).toEqual([]);
});

test('a key of a few days, one that was revoked and one of a deactivated user have no warning', async () => {
  const short = (await createKey()).apiKey.id;
  await setTimes(short, { agedDays: 1, daysLeft: 2 });
  const revoked = (await createKey()).apiKey.id;
  await setTimes(revoked, { daysLeft: 6 });
  await revokeKeyOf(app, revoked);
  const leaver = await createUserOf(app, 'leaver', ['AUDITOR']);
  const left = (await createKey({ userId: leaver })).apiKey.id;
  await setTimes(left, { daysLeft: 6 });
  await app.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }', {
    input: { id: leaver, active: false },
  });
  const never = (await createKey({ neverExpires: true })).apiKey.id;
  await warn();
  for (const id of [short, revoked, left, never]) expect(await warningsOf(id)).toEqual([]);
});

test('a worker warns, and expiringSecrets lists the key', async () => {
  const { apiKey } = await createKey({ label: 'nightly job' });
  await setTimes(apiKey.id, { daysLeft: 5 });
  const { data } = await app.ask('{ expiringSecrets(first: 100) { nodes { kind name apiKey { id } } } }');
  expect(data.expiringSecrets.nodes).toContainEqual({
    kind: 'API_KEY',
    name: 'nightly job',
    apiKey: { id: apiKey.id },
  });
  const worker = await startSecondWorker(app);
  try {
    await waitFor('the warning', async () => (await warningsOf(apiKey.id)).length > 0);
  } finally {
    await worker.stop();
  }
  expect(await warningsOf(apiKey.id)).toMatchObject([{ withinDays: 7 }]);
});
