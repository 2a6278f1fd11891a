// `npx hookledger export-webhooks` and `import-webhooks`, as processes beside a running server.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestApi } from '../support/app';
import { createTestWebhook } from '../support/webhooks';
import { runHookledger } from './run-hookledger';

const URL = 'https://partner.example/hook';

const app = useTestApi();
let folder: string;
let key: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-settings-'));
  key = await app.keyFor('INTEGRATION_MANAGER');
  await createTestWebhook(app, URL, { name: 'Treasury', documentType: 'Sales Invoice' });
  await createTestWebhook(app, URL, { name: 'CRM', documentType: 'Customer' });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const hookledger = (args: string[], env: Record<string, string> = { API_KEY: key }) =>
  runHookledger([...args, '--url', app.url], env, folder);

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const document = (...webhooks: object[]) =>
  JSON.stringify({ format: 'hookledger/webhooks', formatVersion: 1, webhooks });

async function timeouts() {
  const { data } = await app.ask('{ webhooks(orderBy: { field: NAME, direction: ASC }) { nodes { name timeoutMs } } }');
  return data.webhooks.nodes.map((each: { name: string; timeoutMs: number }) => `${each.name} ${each.timeoutMs}`);
}

test('a file is exported, changed, tried, and imported with the plan of the dry run', async () => {
  const done = await hookledger(['export-webhooks', 'hooks.json']);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toMatch(/^hooks\.json has 2 webhooks \(SHA-256 [0-9a-f]{64}\)\.\n$/);
  const text = await readFile(join(folder, 'hooks.json'), 'utf8');
  expect(await hookledger(['export-webhooks'])).toEqual({ code: 0, stdout: text, stderr: '' });

  await write('changed.json', text.replace('"timeoutMs": 15000', '"timeoutMs": 16000'));
  const planned = await hookledger(['import-webhooks', 'changed.json', '--dry-run']);
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  const differences = 'updated  CRM\n  timeoutMs: 15000 -> 16000\n1 updated, 1 unchanged.\n';
  expect(planned.stdout.startsWith(`${differences}Nothing was changed`)).toBe(true);
  expect(await timeouts()).toEqual(['CRM 15000', 'Treasury 15000']);

  const [plan = ''] = /[0-9a-f]{64}$/m.exec(planned.stdout) ?? [];
  const carryOut = ['import-webhooks', 'changed.json', '--plan', plan, '--because', 'They answer slowly'];
  expect(await hookledger(carryOut)).toEqual({ code: 0, stdout: differences, stderr: '' });
  expect(await timeouts()).toEqual(['CRM 16000', 'Treasury 15000']);
  const { data } = await app.ask(`{ auditEntries(first: 1, where: { action: { eq: "webhook.updated" } }) {
    nodes { reason actor { roles } } } }`);
  expect(data.auditEntries.nodes).toEqual([
    { reason: 'They answer slowly', actor: { roles: ['INTEGRATION_MANAGER'] } },
  ]);
  const again = await hookledger(carryOut);
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toMatch(/^--plan: This is no longer the plan of the dry run: /);
});

test('secrets are taken from a file beside it, and generated ones are printed; no message repeats one', async () => {
  await write('new.json', document({ name: 'Bank', url: URL, basicAuth: { username: 'u' } }));
  const missing = await hookledger(['import-webhooks', 'new.json']);
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toMatch(/^new\.json: webhooks\.0\.basicAuth: Bank: .*basicAuthPassword/);
  for (const wrong of [
    '{"swordfish": 1}',
    '[swordfish',
    '[{"webhookName": "Bank", "basicAuthPassword": ["swordfish"]}]',
  ]) {
    await write('secrets.json', wrong);
    const refused = await hookledger(['import-webhooks', 'new.json', '--secrets', 'secrets.json']);
    expect(refused.code).toBeGreaterThan(0);
    expect(refused.stdout + refused.stderr).not.toContain('swordfish');
  }
  await write('secrets.json', '[{"webhookName": "Bank", "basicAuthPassword": "swordfish"}]');
  const secrets = ['--secrets', 'secrets.json'];
  const done = await hookledger(['import-webhooks', 'new.json', ...secrets]);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toMatch(/^Bank {5}secret {2}whsec_\S+$/m);
  expect(done.stdout).not.toContain('swordfish');
  expect((await hookledger(['import-webhooks', 'new.json', ...secrets])).stdout).toBe(
    'unchanged  Bank\n  not used, because it has one already: basicAuthPassword of the given secrets\n1 unchanged.\n',
  );
});

test('--where chooses webhooks, and --archive-absent archives the others', async () => {
  const where = ['--where', '{"name": {"eq": "Treasury"}}'];
  expect(await hookledger(['export-webhooks', 'one.json', ...where])).toMatchObject({ code: 0 });
  const planned = await hookledger(['import-webhooks', 'one.json', '--dry-run', '--archive-absent']);
  expect(planned.stdout).toContain('archived  CRM\n');
  expect(planned.stdout).not.toContain('archived  Treasury');
  expect((await timeouts()).join()).toContain('CRM');
});

describe('what is refused ends with 1, and what is not possible with 2:', () => {
  beforeAll(async () => {
    await write('good.json', document({ name: 'Treasury' }));
    await write('bad.json', document({ name: 'Treasury', timeoutMs: 16_000 }, { name: 'CRM', timeoutMs: 99 }));
    await write('not.json', '{');
  });

  test.each<[number, string, string[], RegExp]>([
    [1, 'a fault of one webhook', ['import-webhooks', 'bad.json'], /^bad\.json: webhooks\.1\.timeoutMs: CRM: .* 99/],
    [
      1,
      'the same in a dry run',
      ['import-webhooks', 'bad.json', '--dry-run'],
      /^bad\.json: webhooks\.1\.timeoutMs: CRM: /,
    ],
    [1, 'no JSON', ['import-webhooks', 'not.json'], /^not\.json: The JSON is malformed at line 1/],
    [1, 'another plan', ['import-webhooks', 'good.json', '--plan', 'x'], /^--plan: plan is not that of a dry run/],
    [
      1,
      'a control character',
      ['import-webhooks', 'good.json', '--because', 'a\u0007'],
      /^--because: reason "a\\u0007"/,
    ],
    [1, 'an unknown filter', ['export-webhooks', '--where', '{"nam": 1}'], /Field "nam" is not defined/],
    [2, 'a file that is not there', ['import-webhooks', 'none.json'], /^none\.json does not exist\./],
    [2, 'no file', ['import-webhooks'], /^One file is expected: hookledger import-webhooks --help/],
    [2, 'two files', ['export-webhooks', 'a', 'b'], /^One file is expected, not 2: hookledger export-webhooks --help/],
    [
      2,
      'an unknown option',
      ['import-webhooks', 'good.json', '--force'],
      /^Unknown option '--force': hookledger import-webhooks --help .*\.\n$/,
    ],
    [2, 'a filter that is no JSON', ['export-webhooks', '--where', '{nam'], /^--where is not JSON/],
    [
      2,
      'a folder that is not there',
      ['export-webhooks', 'none/a.json'],
      /^none\/a\.json cannot be written \(ENOENT\)/,
    ],
    [2, 'another file of a key', ['export-webhooks', '--key-file', 'none.txt'], /^none\.txt cannot be read/],
  ])('%i: %s', async (code, _what, args, message) => {
    const ended = await hookledger(args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toContain('    at ');
    expect((await timeouts()).filter((each: string) => each.startsWith('Treasury'))).toEqual(['Treasury 15000']);
  });

  test('no key, a wrong key, a role that may not, and no server', async () => {
    const codes: [number, string][] = [];
    const see = async (env: Record<string, string>, url = app.url) => {
      const { code, stderr } = await runHookledger(['export-webhooks', '--url', url], env, folder);
      codes.push([code, stderr]);
    };
    await see({});
    await see({ API_KEY: 'a-key-that-is-not-one' });
    await see({ API_KEY: await app.keyFor('SUPPORT') });
    await see({ API_KEY: key }, 'http://127.0.0.1:9');
    expect(codes).toEqual([
      [2, expect.stringContaining('set API_KEY, or name a file with --key-file')],
      [2, expect.stringContaining('This API key is not valid')],
      [1, expect.stringContaining('INTEGRATION_MANAGER')],
      [2, expect.stringContaining('is Hookledger running there? --url names another')],
    ]);
  });
});
