// hookledger support-bundle: secrets, addresses and contents are planted in all places that it could read, and none is in the file.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withoutContent } from '../../src/programs/support-bundle/without-content';
import { agree } from '../incoming/callers';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { runHookledger } from './run-hookledger';

/** In each secret, address and document; no other text has it. */
const PLANTED = 'swordfish';
const lines: string[] = [];
let folder: string;
let app: TestApp;
let partner: Receiver;
let secrets: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hookledger-bundle-'));
  partner = await startReceiver();
  partner.answerWith(() => ({ status: 500, body: `{"error":"${PLANTED} is unknown"}` }));
  app = await startTestApp(
    {
      PUBLIC_URL: `https://${PLANTED}.example.com/${PLANTED}`,
      OIDC_ISSUER: 'http://127.0.0.1:1/realm',
      OIDC_CLIENT_ID: PLANTED,
      OIDC_CLIENT_SECRET: PLANTED,
      OIDC_ROLE_MAP: `[{ "claim": "groups", "value": "${PLANTED}", "role": "AUDITOR" }]`,
      SMTP_FROM: `${PLANTED}@example.com`,
      SMTP_URL: `smtp://mailer:${PLANTED}@127.0.0.1:1`,
      LOG_LEVEL: 'trace',
    },
    { write: (line) => lines.push(line) },
  );
  const headers = [{ name: 'X-Key', value: PLANTED }];
  const webhook = await createTestWebhook(app, `${partner.url}?token=${PLANTED}`, {
    name: PLANTED,
    secretHeaders: headers,
  }).catch(() => createTestWebhook(app, `${partner.url}?token=${PLANTED}`, { name: PLANTED }));
  const agreed = await agree(app, { name: PLANTED });
  await mutate(
    app,
    'createUser',
    { name: PLANTED, email: `${PLANTED}@example.com`, roles: ['SUPPORT'] },
    'user { id }',
  );
  await publish(app, [invoice(`${PLANTED}-1`, { data: { customer: PLANTED, email: `jane@${PLANTED}.example` } })]);
  await waitFor('the attempt', () => partner.calls.length > 0);
  // what PostgreSQL says of a row has its values: in a dead letter, and where nothing is sealed
  const said = `duplicate key value violates unique constraint "users_name_key": Key (name)=(${PLANTED}) of ${PLANTED}@example.com`;
  await app.database.query(
    `insert into dead_letters (id, work_id, kind, code, error, failures, created_at, failed_at, retry_at, request_id)
     select new_id(), new_id(), 'INDEX', '23505', $1, 1, now(), now(), now() + interval '1 hour', id from webhook_request_logs limit 1`,
    [said],
  );
  await app.database.query(
    `insert into evidence_stops (reporter, code, message, since, seen_at) values ('elsewhere', 'FAILED', $1, now(), now())`,
    [`Sealing fails: ${said}.`],
  );
  secrets = [
    PLANTED,
    webhook.secret,
    agreed.secret,
    agreed.token,
    app.adminKey,
    app.env.ENCRYPTION_KEY,
    new URL(app.database.servingUrl).password,
    new URL(app.database.migrationUrl).password,
  ].filter((each): each is string => typeof each === 'string' && each.length > 0);
});
afterAll(async () => {
  await Promise.all([app.stop(), partner.stop()]);
  rmSync(folder, { recursive: true });
});

/** As they are, and as texts of other kinds have them. */
function expectNothingPlanted(text: string): void {
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      expect(text.toLowerCase()).not.toContain(form.toLowerCase());
    }
    const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1);
    expect(text).not.toContain(base64);
  }
  expect(text).not.toMatch(/@[a-z0-9-]+\.(example|com)/i);
}

const port = () => new URL(app.url).port;

test('has what is needed, and nothing of what was planted', async () => {
  const log = join(folder, 'server.log');
  const error = {
    type: 'DatabaseError',
    code: '23505',
    message: PLANTED,
    detail: PLANTED,
    constraint: 'users_name_key',
  };
  const stack = `DatabaseError: ${PLANTED}\n    at parse (/srv/hookledger/dist/src/hookledger.js:10:20)\n${PLANTED}`;
  const line = { level: 50, time: '2026-12-01T10:00:00.000Z', pid: 7, failures: 3, url: PLANTED, [PLANTED]: 4711 };
  writeFileSync(
    log,
    [
      ...lines.map((each) => each.trim()),
      JSON.stringify({
        ...line,
        err: { ...error, stack },
        msg: `could not work for "${PLANTED}" of jane@${PLANTED}.example`,
      }),
      `{"level":50,"time":"2026-12-01T10:00:00.000Z","msg":"see https://user:${PLANTED}@partner.example/${PLANTED}?t=${PLANTED}"}`,
      `${PLANTED} at the top of a stack`,
      `{"level":"${PLANTED}","time":"${PLANTED}","msg":"${PLANTED}"}`,
      '',
    ].join('\n'),
  );
  const file = join(folder, 'bundle.json');
  const { code, stdout, stderr } = await runHookledger(['support-bundle', file, '--log', log], {
    ...app.env,
    PORT: port(),
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`${file} is written. Read it before you hand it over.\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  expectNothingPlanted(text);

  const bundle = JSON.parse(text);
  expect(bundle).toMatchObject({
    versions: { hookledger: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.version },
    settings: {
      PORT: port(),
      ALLOW_HTTP_TARGETS: 'on',
      DATABASE_URL: 'set',
      ENCRYPTION_KEY: 'set',
      OIDC_CLIENT_SECRET: 'set',
      SMTP_URL: 'set',
    },
    server: { health: { status: 'ok', checks: {} } },
    database: { migrations: { pending: [], foreign: [] }, parameters: { fsync: 'off' } },
  });
  expect(bundle.doctor).toContainEqual(expect.objectContaining({ what: 'fsync', level: 'fault' }));
  expect(bundle.doctor).toContainEqual(
    expect.objectContaining({ what: 'sealing', message: expect.stringMatching(/^STOPPED/) }),
  );
  expect(bundle.doctor).toContainEqual(expect.objectContaining({ what: 'dead letters', message: 'There are 1.' }));
  expect(bundle.server.metrics).toContain('hookledger_dead_letters{kind="INDEX"} 1');
  expect(bundle.server.metrics.length).toBeGreaterThan(50);
  expect(bundle.database.tables).toContainEqual({ table: 'users', month: '', bytes: expect.any(Number) });
  expect(bundle.log.others).toBe(2);
  expect(bundle.log.lines.slice(-2)).toEqual([
    {
      level: 50,
      time: '2026-12-01T10:00:00.000Z',
      pid: 7,
      failures: 3,
      err: {
        type: 'DatabaseError',
        code: '23505',
        constraint: 'users_name_key',
        stack: ['at parse (/srv/hookledger/dist/src/hookledger.js:10:20)'],
      },
      msg: 'could not work for [...] of [...]',
    },
    { level: 50, time: '2026-12-01T10:00:00.000Z', msg: 'see https://partner.example' },
  ]);
  expect(bundle.log.lines.map(({ msg }: { msg: string }) => msg)).toContain('answered');

  expect(await runHookledger(['support-bundle', file], app.env)).toMatchObject({
    code: 1,
    stderr: `${file} exists: name another file.\n`,
  });
});

test('without the server, the database and the log it says what is missing', async () => {
  const env = { ...app.env, DATABASE_URL: `postgres://me:${PLANTED}@127.0.0.1:1/x`, PORT: '1' };
  const { code, stdout } = await runHookledger(['support-bundle', '--log', join(folder, 'nothing')], env);
  expect(code).toBe(0);
  expectNothingPlanted(stdout);
  expect(JSON.parse(stdout)).toMatchObject({
    server: { missing: expect.any(String) },
    database: { missing: expect.stringContaining('ECONNREFUSED') },
    log: { missing: expect.stringContaining('ENOENT') },
  });
});

test('a secret that was given to another setting is not in it', async () => {
  const env = {
    ...app.env,
    PORT: PLANTED,
    LOG_LEVEL: PLANTED,
    PROCESSES: `${PLANTED},api`,
    OIDC_ROLE_MAP: `["${PLANTED}"]`,
  };
  const { stdout } = await runHookledger(['support-bundle'], { ...env, [`${PLANTED}_X`]: PLANTED });
  expectNothingPlanted(stdout);
  const { doctor, settings } = JSON.parse(stdout);
  expect(doctor).toContainEqual(expect.objectContaining({ what: 'PORT', message: 'Its value is refused.' }));
  expect(settings).toMatchObject({ PORT: 'set', LOG_LEVEL: 'set', PROCESSES: 'set' });
});

test.each([
  ['relation "users" is missing in "My Company"', 'relation [...] is missing in [...]'],
  ['constraint "users_name_key"; DATABASE_URL of req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e', undefined],
  ['no key hl_a1b2c3d4e5f6a7b8c9d0 and JBSWY3DPEHPK3PXP here', 'no key [...] and [...] here'],
  ['the table webhook_request_logs_2026_12 is locked', undefined],
  ['jane.doe+x@mail.example.com wrote', '[...] wrote'],
  ['at https://me:pw@partner.example:8443/a/b?c=d.', 'at https://partner.example:8443'],
])('%s', (text, left = text) => {
  expect(withoutContent(text)).toBe(left);
});
