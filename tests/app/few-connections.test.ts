// A database that accepts fewer connections than the pools of a process would open.
import { randomBytes } from 'node:crypto';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { askAt, type GraphQLAnswer } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { invoice } from '../support/webhooks';

/** Without the connection of `database`, which is a superuser's and counts. */
const ACCEPTED = 5;
const ADMIN_KEY = `test-administrator-${randomBytes(12).toString('hex')}`;

let database: TestDatabase;
let partner: Receiver;
let app: App;
const lines: string[] = [];

beforeAll(async () => {
  [database, partner] = await Promise.all([createTestDatabase(), startReceiver()]);
  await database.query(`alter database ${database.name} connection limit ${ACCEPTED + 1}`);
  const config = readConfig({
    DATABASE_URL: database.servingUrl,
    MIGRATION_DATABASE_URL: database.migrationUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: ADMIN_KEY,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
  });
  app = await startApp(config, createLog('warn', { write: (line: string) => lines.push(line) }));
});
afterAll(async () => {
  await app?.stop();
  await partner.stop();
  await database.drop();
});

const ask = (query: string, variables?: object): Promise<GraphQLAnswer> =>
  askAt(app.url ?? '', query, variables, ADMIN_KEY);

test('the start says how many connections the process opens and how many the database accepts', () => {
  const warnings = lines.map((line) => JSON.parse(line)).filter(({ needed }) => needed !== undefined);
  expect(warnings).toEqual([
    expect.objectContaining({
      needed: 37,
      accepted: ACCEPTED + 1,
      msg: expect.stringContaining(`${ACCEPTED + 1} by CONNECTION LIMIT of database ${database.name}, and others have`),
    }),
  ]);
});

test('queries, mutations and events that come together wait for the few connections, and none is refused', async () => {
  const created = await ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { message } } }',
    { input: { name: 'Partner', url: partner.url } },
  );
  expect(created.data.createWebhook.userErrors).toEqual([]);
  const each = Array.from({ length: 10 }, (_, n) => n);
  const answers = await Promise.all([
    // in different forms, so that none is known to be quick
    ...each.map((n) => ask(`{ a${n}: exports(first: 1) { nodes { id } } }`)),
    ...each.map((n) => ask(`mutation { createUser(input: { name: "user-${n}", roles: [] }) { user { id } } }`)),
    ...each.map((n) =>
      ask('mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }', {
        input: { events: [invoice(`INV-${n}`)] },
      }),
    ),
  ]);
  expect(answers.filter(({ errors }) => errors)).toEqual([]);
  await waitFor('the deliveries', () => partner.calls.length === each.length);
});
