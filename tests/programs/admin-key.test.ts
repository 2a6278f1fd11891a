// `npx hookledger admin-key`, as a process beside a running server whose administrator's key is lost.
import { randomBytes } from 'node:crypto';
import { askAt, startTestApp, type TestApp } from '../support/app';
import { createTestWebhook } from '../support/webhooks';
import { runHookledger } from './run-hookledger';

const REASON = 'The password safe was lost';

let app: TestApp;
beforeAll(async () => {
  // a secret in the database shows which ENCRYPTION_KEY is the right one
  app = await startTestApp({ PROCESSES: 'api' });
  await createTestWebhook(app, 'https://partner.example/');
});
afterAll(() => app.stop());

const adminKey = (args: string[], env = app.env) => runHookledger(['admin-key', ...args], env);

const entries = () =>
  app.database.query<{ action: string; actor_kind: string; reason: string; details: string }>(
    `select action, actor_kind, reason, details from audit_entries where details like '%admin-key%' order by id`,
  );

test('without a key, and with the administrator locked out, the command lets one in, and the running server knows it', async () => {
  await app.database.query(`update api_keys set revoked_at = now()`);
  await app.database.query(`update users set active = false, roles = '{AUDITOR}' where name = 'Administrator'`);
  const done = await adminKey(['--because', REASON]);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  const [, expiresAt = '', token = ''] = /expires at (\S+)\.\n\n {2}(hl_[0-9A-Za-z]{54})\n/.exec(done.stdout) ?? [];
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 364 * 24 * 3_600_000);
  const { data } = await askAt(
    app.url,
    '{ viewer { name active roles apiKeys(where: { revokedAt: { isNull: true } }) { nodes { label expiresAt } } } }',
    undefined,
    token,
  );
  expect(data.viewer).toEqual({
    name: 'Administrator',
    active: true,
    roles: ['AUDITOR', 'SYSTEM_MANAGER'],
    apiKeys: { nodes: [{ label: 'admin-key', expiresAt }] },
  });
  const recorded = await entries();
  expect(recorded.map(({ action }) => action)).toEqual(['user.updated', 'user.role_changed', 'api_key.created']);
  for (const entry of recorded) {
    expect(entry).toMatchObject({ actor_kind: 'SYSTEM', reason: REASON });
    expect(JSON.parse(entry.details)).toMatchObject({ command: 'admin-key', by: expect.stringMatching(/^.+@.+$/) });
    expect(entry.details).not.toContain(token);
  }
});

test('an administrator who has lost the role alone gets it back', async () => {
  await app.database.query(`update users set roles = '{}' where name = 'Administrator'`);
  expect(await adminKey(['--because', REASON])).toMatchObject({ code: 0, stderr: '' });
  expect(await app.database.query(`select active, roles from users where name = 'Administrator'`)).toEqual([
    { active: true, roles: ['SYSTEM_MANAGER'] },
  ]);
  expect((await entries()).slice(-2).map(({ action }) => action)).toEqual(['user.role_changed', 'api_key.created']);
});

test('a user of the machine without a name is recorded by number', async () => {
  // as os.userInfo() does where the id of the user is not in /etc/passwd
  const nameless = `import os from 'node:os';import { syncBuiltinESMExports } from 'node:module';
    os.userInfo = () => { throw new Error('uv_os_get_passwd returned ENOENT'); }; syncBuiltinESMExports();`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(nameless)}`;
  expect(await adminKey(['--because', REASON], { ...app.env, NODE_OPTIONS })).toMatchObject({ code: 0, stderr: '' });
  const recorded = await entries();
  expect(JSON.parse(recorded.at(-1)?.details ?? '{}').by).toMatch(new RegExp(`^uid ${process.getuid?.()}@.`));
});

test('without a reason, with another ENCRYPTION_KEY and without the database it makes none', async () => {
  const keys = () => app.database.query('select id from api_keys order by id');
  const before = await keys();
  expect(await adminKey(['--because', ' '])).toEqual({
    code: 2,
    stdout: '',
    stderr: '--because: reason must not be empty: hookledger admin-key --help says what it takes.\n',
  });
  const otherKey = { ...app.env, ENCRYPTION_KEY: randomBytes(32).toString('base64') };
  expect(await adminKey(['--because', REASON], otherKey)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^ENCRYPTION_KEY lacks the key [0-9a-f]{8}.*add it to the list\.\n$/),
  });
  const nowhere = { ...app.env, DATABASE_URL: 'postgres://user:secret@127.0.0.1:9/none' };
  const failed = await adminKey(['--because', REASON], nowhere);
  expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('ECONNREFUSED') });
  expect(failed.stderr).not.toContain('secret');
  const elsewhere = new URL(app.env.DATABASE_URL as string);
  elsewhere.pathname = '/postgres';
  expect(await adminKey(['--because', REASON], { ...app.env, DATABASE_URL: elsewhere.href })).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^Nothing was done: the database at \S+\/postgres has no tables of Hookledger\. Give this command the settings of the server, such as DATABASE_URL; the first start of the server makes the tables\.\n$/,
    ),
  });
  expect(await keys()).toEqual(before);
});

test.each<[string, string[], RegExp]>([
  ['no reason', [], /^--because is missing: /],
  [
    'a long reason',
    ['--because', 'x'.repeat(1_001)],
    /^--because: reason has 1001 characters; at most 1000 are allowed: /,
  ],
  ['another option', ['--why', REASON], /^Unknown option '--why': /],
  ['a reason without its option', [REASON], /^The password safe was lost is not expected: /],
])('the arguments are refused, each for its reason: %s', async (_what, args, fault) => {
  const { code, stdout, stderr } = await adminKey(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(fault);
});
