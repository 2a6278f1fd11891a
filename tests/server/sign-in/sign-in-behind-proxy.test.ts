import { startTestApp, useTestApp } from '../../support/app';
import { askIn, cookiesOf, SAME_ORIGIN, signIn } from '../../support/browser-session';

const SETTINGS = { PROCESSES: 'api', PUBLIC_URL: 'https://hooks.example.com', TRUSTED_PROXIES: '127.0.0.1' };

const app = useTestApp(SETTINGS);

/** What a proxy in front of the server sends. */
const proxied = (headers: Record<string, string>) => ({ 'x-forwarded-for': '203.0.113.9', ...headers });

describe('a sign-in that the network could read is refused', () => {
  test.each<{ title: string; headers: Record<string, string> }>([
    { title: 'a program over http', headers: { host: '10.0.0.5:4000' } },
    { title: 'a page over http', headers: { host: '10.0.0.5:4000', origin: 'http://10.0.0.5:4000' } },
    {
      title: 'a page over http at the public name',
      headers: { host: 'hooks.example.com', origin: 'http://hooks.example.com' },
    },
    {
      title: 'over http through the proxy',
      headers: { host: 'other.example.com', 'x-forwarded-proto': 'http' },
    },
    { title: 'a name that begins like this machine', headers: { host: 'localhost.example.com' } },
    { title: 'a name that ends like this machine', headers: { host: 'notlocalhost' } },
  ])('$title', async ({ headers }) => {
    const answer = await signIn(app.url, app.adminKey, proxied(headers));
    expect(answer.status).toBe(403);
    expect(answer.json.errors[0].message).toMatch(/plain HTTP|another site/);
    expect(cookiesOf(answer)).toEqual([]);
  });
});

describe('a sign-in is accepted', () => {
  test.each<{ title: string; headers: Record<string, string> }>([
    { title: 'at the public name', headers: { host: 'hooks.example.com' } },
    {
      title: 'from a page that came over https, though the proxy names this machine',
      headers: { host: '127.0.0.1:4000', origin: 'https://hooks.example.com', ...SAME_ORIGIN },
    },
    { title: 'where the proxy says https', headers: { host: 'other.example.com', 'x-forwarded-proto': 'https' } },
    {
      title: 'from a page of the machine itself',
      headers: { host: 'localhost:4000', origin: 'http://localhost:4000' },
    },
    { title: 'at ::1', headers: { host: '[::1]:4000' } },
  ])('$title', async ({ headers }) => {
    expect((await signIn(app.url, app.adminKey, proxied(headers))).status).toBe(200);
  });
});

test('without Sec-Fetch-Site, a session is for pages of PUBLIC_URL', async () => {
  const [cookie = ''] = cookiesOf(await signIn(app.url, app.adminKey));
  const statusFor = async (origin: string, host: string) =>
    (await askIn(app.url, { cookie, origin, host }, '{ viewer { name } }')).status;
  expect(await statusFor('https://hooks.example.com', 'hooks.example.com')).toBe(200);
  expect(await statusFor('https://hooks.example.com', '127.0.0.1:4000')).toBe(200);
  expect(await statusFor('http://hooks.example.com', 'hooks.example.com')).toBe(403);
  expect(await statusFor('https://hooks.example.com.evil.com', 'hooks.example.com')).toBe(403);
});

test('the audit trail has one entry for each address and minute of refused sign-ins', async () => {
  const wrong = (address: string) => signIn(app.url, `hl_${'y'.repeat(54)}`, { 'x-forwarded-for': address });
  for (const address of ['198.51.100.1', '198.51.100.1', '198.51.100.2', '198.51.100.1']) {
    expect((await wrong(address)).status).toBe(401);
  }
  const entries = await app.database.query(
    `select actor_id, actor_kind, subject_type, outcome, remote_address, reason, details from audit_entries
     where action = 'session.refused' order by id`,
  );
  const refused = {
    actor_id: null,
    actor_kind: 'SYSTEM',
    subject_type: null,
    outcome: 'DENIED',
    reason: 'This API key is not valid: it is unknown or revoked.',
    details: '{"notRecorded":0}',
  };
  expect(entries).toEqual([
    { ...refused, remote_address: '198.51.100.1' },
    { ...refused, remote_address: '198.51.100.2' },
  ]);
});

test('an address that tries too many wrong keys is refused for a while', async () => {
  // one a minute: with more, one more is let through while the test runs
  const strict = await startTestApp({ ...SETTINGS, RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '1' });
  try {
    const key = await strict.keyFor('SUPPORT');
    const from = { 'x-forwarded-for': '198.51.100.77' };
    const wrong = () => signIn(strict.url, `hl_${'z'.repeat(54)}`, from);
    expect([(await wrong()).status, (await wrong()).status]).toEqual([401, 429]);
    // also with a right key that this process has not seen yet
    expect((await signIn(strict.url, key, from)).status).toBe(429);
    expect((await signIn(strict.url, key, { 'x-forwarded-for': '198.51.100.78' })).status).toBe(200);
  } finally {
    await strict.stop();
  }
});
