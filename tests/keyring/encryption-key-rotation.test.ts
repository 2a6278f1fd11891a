import { randomBytes, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createDataSource } from '../../src/database/data-source';
import { createKeyring } from '../../src/keyring/keyring';
import { rewrapSecrets } from '../../src/keyring/rewrap-secrets';
import { createLog } from '../../src/logging/log';
import { uuidOf } from '../../src/values/ids';
import { askAt } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';

const [OLD, NEW, OTHER] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const nameOf = (key: Buffer) => createKeyring([key]).names[0];
const ADMIN = 'test-administrator-of-key-rotation';

let database: TestDatabase;
let partner: Receiver;
let running: App[];
let log: string;

beforeEach(async () => {
  [database, partner] = await Promise.all([createTestDatabase(), startReceiver()]);
  running = [];
  log = '';
});
afterEach(async () => {
  for (const app of running) await app.stop();
  await Promise.all([database.drop(), partner.stop()]);
});

async function start(keys: readonly Buffer[]): Promise<App> {
  const config = readConfig({
    DATABASE_URL: database.servingUrl,
    MIGRATION_DATABASE_URL: database.migrationUrl,
    ENCRYPTION_KEY: keys.map((key) => key.toString('base64')).join(','),
    ADMIN_API_KEY: ADMIN,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
  });
  const write = (line: string) => {
    log += line;
  };
  const app = await startApp(config, createLog('info', { write }));
  running.push(app);
  return app;
}

async function stop(app: App): Promise<void> {
  running = running.filter((each) => each !== app);
  await app.stop();
}

async function createWebhook(app: App, documentType = 'Sales Invoice'): Promise<{ id: string; secret: string }> {
  const input = { name: 'Partner', url: partner.url, documentType, signatures: ['V1', 'V1A', 'FRAPPE'] };
  const query = `mutation ($input: CreateWebhookInput!) {
    createWebhook(input: $input) { webhook { id } secret userErrors { message } }
  }`;
  const { webhook, secret } = (await askAt(app.url as string, query, { input }, ADMIN)).data.createWebhook;
  return { id: webhook.id, secret };
}

/** Publishes through `app`; whichever process delivers, the partner accepts it. */
async function expectDelivery(app: App, secret: string, documentType = 'Sales Invoice'): Promise<void> {
  const n = partner.calls.length;
  const event = { documentType, event: 'on_submit', referenceDocument: `INV-${n}`, data: {} };
  const query = 'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }';
  await askAt(app.url as string, query, { input: { events: [event] } }, ADMIN);
  const call = await waitFor('the call', () => partner.calls[n]);
  new Webhook(secret).verify(call.body.toString(), call.headers as Record<string, string>);
}

interface EncryptedRow {
  id: string;
  kek: string;
  wrapped: Buffer;
  box: Buffer;
}

const encrypted = (table = 'webhook_secrets') =>
  database.query<EncryptedRow>(`select id, kek, wrapped, box from ${table} order by id`);
// made a moment after the first leaf, so a stopped process may have none
const keysOfTheLog = async () => (await encrypted('evidence_keys')).length;
const keksOf = async () => [...new Set((await encrypted()).map((row) => row.kek))];
const allUnder = (key: Buffer) =>
  waitFor('all secrets to be under the key', async () => (await keksOf()).join() === nameOf(key));

async function rewrap(keys: readonly Buffer[]) {
  const source = await createDataSource(database.servingUrl, { name: 'test', poolSize: 1 }).initialize();
  try {
    return await rewrapSecrets((work) => source.transaction(work), createKeyring(keys));
  } finally {
    await source.destroy();
  }
}

/** Credentials as they are kept beside the signing secrets. @returns their ids */
async function insertCredentials(webhookId: string, key: Buffer, secrets: readonly string[]): Promise<string[]> {
  const keyring = createKeyring([key]);
  const rows = secrets.map((secret) => {
    const id = randomUUID();
    const { kek, wrapped, box } = keyring.encrypt(Buffer.from(secret), `webhook_credentials|secret|${id}`);
    return { id, kek, wrapped, box };
  });
  await database.query(
    `insert into webhook_credentials (id, webhook_id, kind, settings, kek, wrapped, box, created_at)
     select id, $1, 'HEADER', '{"name":"x-api-key"}', kek, wrapped, box, now()
     from unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[]) as made (id, kek, wrapped, box)`,
    [
      uuidOf('Webhook', webhookId),
      rows.map(({ id }) => id),
      rows.map(({ kek }) => kek),
      rows.map(({ wrapped }) => wrapped),
      rows.map(({ box }) => box),
    ],
  );
  return rows.map(({ id }) => id);
}

async function insertCredential(webhookId: string, key: Buffer, secret: string): Promise<string> {
  const [id] = await insertCredentials(webhookId, key, [secret]);
  return id as string;
}

test('a rolling restart from old to new loses no delivery, and the old key can go', async () => {
  let [one, two] = [await start([OLD]), await start([OLD])];
  const { secret } = await createWebhook(one);
  for (const keys of [[OLD, NEW], [NEW, OLD], [NEW]]) {
    await stop(one);
    one = await start(keys);
    await expectDelivery(one, secret);
    await expectDelivery(two, secret);
    await stop(two);
    two = await start(keys);
    await expectDelivery(two, secret);
    if (keys[0] === NEW) await allUnder(NEW);
  }
  expect(await keksOf()).toEqual([nameOf(NEW)]);
  const { secret: later } = await createWebhook(two, 'Sales Order');
  await expectDelivery(one, later, 'Sales Order');
});

test('only the wrapping changes: boxes, ids and what is inside stay', async () => {
  const app = await start([OLD]);
  const { id } = await createWebhook(app);
  const credential = await insertCredential(id, OLD, 'hunter2');
  await stop(app);
  const [before, beside] = [await encrypted(), await encrypted('webhook_credentials')];
  expect(await rewrap([NEW, OLD])).toEqual({ rewrapped: 4 + (await keysOfTheLog()), broken: [] });
  const [after, besideAfter] = [await encrypted(), await encrypted('webhook_credentials')];
  expect(after.map(({ id, box }) => ({ id, box }))).toEqual(before.map(({ id, box }) => ({ id, box })));
  expect(besideAfter.map(({ box }) => box)).toEqual(beside.map(({ box }) => box));
  for (const [index, row] of after.entries()) expect(row.wrapped.equals(before[index]?.wrapped as Buffer)).toBe(false);
  const [under, old] = [createKeyring([NEW]), createKeyring([OLD])];
  for (const row of after) {
    const place = `webhook_secrets|secret|${row.id}`;
    expect(under.decrypt(row, place)).toEqual(
      old.decrypt(before.find(({ id }) => id === row.id) as EncryptedRow, place),
    );
  }
  const [kept] = besideAfter;
  expect(under.decrypt(kept as EncryptedRow, `webhook_credentials|secret|${credential}`).toString()).toBe('hunter2');
  expect(() => old.decrypt(kept as EncryptedRow, `webhook_credentials|secret|${credential}`)).toThrow(
    'no ENCRYPTION_KEY named',
  );
  expect(await rewrap([NEW, OLD])).toEqual({ rewrapped: 0, broken: [] });
});

test('more than a batch is done, by several at once, each secret once', async () => {
  const app = await start([OLD]);
  const { id } = await createWebhook(app);
  await stop(app);
  await insertCredentials(
    id,
    OLD,
    Array.from({ length: 1_200 }, (_, n) => `secret ${n}`),
  );
  const done = await Promise.all(Array.from({ length: 4 }, () => rewrap([NEW, OLD])));
  expect(done.reduce((sum, each) => sum + each.rewrapped, 0)).toBe(1_203 + (await keysOfTheLog()));
  const under = createKeyring([NEW]);
  const rows = await encrypted('webhook_credentials');
  const opened = rows.map((row) => under.decrypt(row, `webhook_credentials|secret|${row.id}`).toString());
  expect(new Set(opened).size).toBe(1_200);
});

test('what cannot be decrypted stays as it is, is named, and holds up nothing', async () => {
  const app = await start([OLD]);
  const { id } = await createWebhook(app);
  await stop(app);
  const foreign = await insertCredential(id, OTHER, 'under a key that is not in the list');
  const sound = await insertCredential(id, OLD, 'sound');
  const [first] = await encrypted();
  await database.query(`update webhook_secrets set wrapped = '\\x00' where id = $1`, [first?.id]);
  expect(await rewrap([NEW, OLD])).toEqual({
    rewrapped: 3 + (await keysOfTheLog()),
    broken: [`webhook_secrets|secret|${first?.id}`],
  });
  const rows = new Map((await encrypted('webhook_credentials')).map((row) => [row.id, row.kek]));
  expect(rows.get(foreign)).toBe(nameOf(OTHER));
  expect(rows.get(sound)).toBe(nameOf(NEW));
  expect((await encrypted())[0]).toMatchObject({ id: first?.id, kek: nameOf(OLD), wrapped: Buffer.from([0]) });
});

test('a process without a key that is in use does not start, be it of a credential; the others go on', async () => {
  const app = await start([OLD]);
  const { id, secret } = await createWebhook(app);
  await expect(start([NEW])).rejects.toThrow(`ENCRYPTION_KEY lacks the key ${nameOf(OLD)}`);
  await insertCredential(id, OTHER, 'hunter2');
  await expect(start([OLD])).rejects.toThrow(`ENCRYPTION_KEY lacks the key ${nameOf(OTHER)}`);
  await database.query('delete from webhook_credentials');
  await expectDelivery(app, secret);
});

test('the log says what was done with which key, and never a key', async () => {
  await createWebhook(await start([OLD]));
  await start([NEW, OLD]);
  await allUnder(NEW);
  const line = await waitFor('the line', () =>
    log.split('\n').find((each) => each.includes('secrets were encrypted with')),
  );
  const { rewrapped, kek } = JSON.parse(line);
  expect(kek).toBe(nameOf(NEW));
  // the key that signs the sealed log is made a moment after the first leaf: it may be one of them
  expect([3, 4]).toContain(rewrapped);
  for (const key of [OLD, NEW])
    for (const form of ['base64', 'hex', 'base64url'] as const) expect(log).not.toContain(key.toString(form));
});
