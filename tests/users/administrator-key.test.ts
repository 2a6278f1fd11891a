import { createHash } from 'node:crypto';
import { type App, startApp } from '../../src/app/app';
import { readDetails } from '../../src/audit/write-audit-entry';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { makeToken } from '../../src/users/api-keys/key-form';
import { askAt, startTestApp, type TestApp } from '../support/app';
import { keepRows, restoreRows } from '../support/empty-database';
import { createKeyOf } from './user-keys';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  await keepRows(app.database);
});
beforeEach(() => restoreRows(app.database));
afterAll(() => app.stop());

const OTHER = 'another-administrator-key-of-this-test';

/** Starts a process of the same installation with this ADMIN_API_KEY, and stops it again. */
async function startWith<T>(
  adminApiKey: string,
  work: (started: App & { adminToken: string | null }) => Promise<T>,
  log = createLog('silent'),
): Promise<T> {
  const config = readConfig({ ...app.env, ADMIN_API_KEY: adminApiKey });
  let adminToken: string | null = null;
  const started = await startApp(config, log, (token) => {
    adminToken = token;
  });
  try {
    return await work({ ...started, adminToken });
  } finally {
    await started.stop();
  }
}

/** Who the API takes the holder of this key for. */
async function nameFor(token: string, url = app.url): Promise<string | number> {
  const { status, data } = await askAt(url, '{ viewer { name } }', undefined, token);
  return status === 200 ? data.viewer.name : status;
}

test('another ADMIN_API_KEY at the next start ends the one before at once, in every process', async () => {
  await startWith(OTHER, async ({ url }) => {
    expect(await nameFor(OTHER, url ?? '')).toBe('Administrator');
    expect(await nameFor(app.adminKey, url ?? '')).toBe(401);
  });
  expect([await nameFor(OTHER), await nameFor(app.adminKey)]).toEqual(['Administrator', 401]);
  const query = '{ viewer { apiKeys { nodes { label revokedAt } } } }';
  const { data } = await app.ask(query, undefined, OTHER);
  expect(data.viewer.apiKeys.nodes).toEqual([
    { label: 'ADMIN_API_KEY', revokedAt: null },
    { label: 'ADMIN_API_KEY', revokedAt: expect.any(String) },
  ]);
});

test('the same ADMIN_API_KEY at the next start changes nothing', async () => {
  const keys = () => app.database.query('select * from api_keys');
  const before = await keys();
  await startWith(app.adminKey, async ({ adminToken }) => expect(adminToken).toBeNull());
  expect(await keys()).toEqual(before);
});

test('without ADMIN_API_KEY the next start leaves the key as it is, and makes none', async () => {
  await startWith('', async ({ adminToken }) => expect(adminToken).toBeNull());
  expect(await nameFor(app.adminKey)).toBe('Administrator');
});

test('an ADMIN_API_KEY in the form of our keys works too', async () => {
  const token = makeToken();
  await startWith(token, async ({ url }) => expect(await nameFor(token, url ?? '')).toBe('Administrator'));
});

test('the keyId of ADMIN_API_KEY says nothing of the key: it is another one for the same key elsewhere', async () => {
  const keyIdOn = async (installation: TestApp) => {
    const { data } = await installation.ask('{ viewer { apiKeys { nodes { keyId } } } }');
    return data.viewer.apiKeys.nodes.map(({ keyId }: { keyId: string }) => keyId);
  };
  const elsewhere = await startTestApp({ PROCESSES: 'api', ADMIN_API_KEY: app.adminKey });
  const other = { ...elsewhere, ask: (query: string) => askAt(elsewhere.url, query, undefined, app.adminKey) };
  try {
    const [here, there] = [await keyIdOn(app), await keyIdOn(other)];
    expect([here, there]).toEqual([[expect.any(String)], [expect.any(String)]]);
    expect(here).not.toEqual(there);
    const hash = createHash('sha256').update(app.adminKey).digest();
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      expect(hash.toString(form).toLowerCase()).not.toContain(here[0].replace('env:', '').toLowerCase().slice(0, 6));
    }
  } finally {
    await elsewhere.stop();
  }
});

test('several processes that start at once with one key make one key', async () => {
  await Promise.all(Array.from({ length: 4 }, () => startWith(OTHER, async () => {})));
  expect(await app.database.query(`select from api_keys where revoked_at is null`)).toHaveLength(1);
  expect(await nameFor(OTHER)).toBe('Administrator');
});

test('an ADMIN_API_KEY that was replaced before does not start, and does not end its successor', async () => {
  await startWith(OTHER, async () => {});
  await expect(startWith(app.adminKey, async () => {})).rejects.toThrow(/ADMIN_API_KEY.*was revoked/);
  expect([await nameFor(OTHER), await nameFor(app.adminKey)]).toEqual(['Administrator', 401]);
});

test.each([
  { change: 'active = false', message: 'is deactivated' },
  { change: `roles = '{AUDITOR}'`, message: 'has not the role SYSTEM_MANAGER' },
])('the log says that ADMIN_API_KEY does not work while the administrator $message', async ({ change, message }) => {
  const lines: string[] = [];
  const log = createLog('warn', { write: (line: string) => void lines.push(line) });
  const said = () =>
    lines.filter((line) => line.includes(`ADMIN_API_KEY does not work: the user Administrator ${message}.`));
  await startWith(app.adminKey, async () => {}, log);
  expect(said()).toEqual([]);
  await app.database.query(`update users set ${change} where name = 'Administrator'`);
  await startWith(app.adminKey, async () => {}, log);
  expect(said()).toHaveLength(1);
});

describe('a key of our own making as ADMIN_API_KEY', () => {
  let token: string;
  beforeEach(async () => {
    token = await app.keyFor('SUPPORT');
  });

  test('does not start when the key belongs to another user, and revokes no other key', async () => {
    await expect(startWith(token, async () => {})).rejects.toThrow(/ADMIN_API_KEY.*key of user-/);
    expect([await nameFor(app.adminKey), await nameFor(token)]).toEqual([
      'Administrator',
      expect.stringMatching(/^user-/),
    ]);
  });

  /** Makes another key of the administrator. */
  async function ownKey(input: object = {}): Promise<{ id: string; token: string }> {
    const { data } = await app.ask('{ viewer { id } }');
    const { apiKey, token: own } = await createKeyOf(app, { userId: data.viewer.id, label: 'mine', ...input });
    return { id: apiKey.id, token: own };
  }

  test('never expires from then on, and the next one replaces it', async () => {
    const own = await ownKey();
    for (let start = 0; start < 2; start += 1) await startWith(own.token, async () => {});
    const id = own.id.slice(4);
    expect(await app.database.query('select label, expires_at from api_keys where id = $1', [id])).toEqual([
      { label: 'ADMIN_API_KEY', expires_at: null },
    ]);
    const changes = await app.database.query<{ actor_kind: string; details: string; criteria: string }>(
      `select actor_kind, details, criteria from audit_entries where action = 'api_key.updated' and subject_id = $1`,
      [id],
    );
    expect(changes.map(({ actor_kind, ...change }) => [actor_kind, readDetails(change)])).toMatchObject([
      [
        'SYSTEM',
        {
          before: { label: 'mine', expiresAt: expect.any(String) },
          after: { label: 'ADMIN_API_KEY', expiresAt: null },
        },
      ],
    ]);
    await startWith(OTHER, async () => {});
    expect([await nameFor(OTHER), await nameFor(own.token)]).toEqual(['Administrator', 401]);
  });

  test.each([
    { input: { roles: ['SYSTEM_MANAGER'] }, message: /ADMIN_API_KEY.*limited to the roles SYSTEM_MANAGER: choose one/ },
    { input: { networks: ['192.0.2.0/24'] }, message: /ADMIN_API_KEY.*networks 192\.0\.2\.0\/24: choose one/ },
  ])('does not start when the key may do less: $input', async ({ input, message }) => {
    const own = await ownKey(input);
    await expect(startWith(own.token, async () => {})).rejects.toThrow(message);
    expect(await nameFor(app.adminKey)).toBe('Administrator');
  });

  test('whose last characters are mistyped does not start', async () => {
    const mistyped = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
    await expect(startWith(mistyped, async () => {})).rejects.toThrow(/ADMIN_API_KEY.*last six characters/);
    expect(await nameFor(app.adminKey)).toBe('Administrator');
  });
});

test('a key with the label ADMIN_API_KEY is not mistaken for it', async () => {
  const key = await app.keyFor('AUDITOR');
  await app.database.query(`update api_keys set label = 'ADMIN_API_KEY' where label = 'test'`);
  await startWith(OTHER, async () => {});
  expect(await nameFor(key)).toMatch(/^user-/);
});
