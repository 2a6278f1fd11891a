import { openStream } from '../request-log/watch/event-source';
import { closeConnections, openSocket, WATCH } from '../request-log/watch/web-socket-client';
import { startTestApp, type TestApp } from '../support/app';
import { askIn, cookiesOf, post, SAME_ORIGIN, signIn } from '../support/browser-session';
import { waitFor } from '../support/wait-for';
import { createKeyOf, createUserOf } from './user-keys';

let app: TestApp;
let userId: string;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api', TRUSTED_PROXIES: '127.0.0.1', CORS_ORIGINS: '' });
  userId = await createUserOf(app, 'bound', ['SYSTEM_MANAGER', 'PUBLISHER']);
});
afterEach(closeConnections);
afterAll(() => app.stop());

const HOME = '203.0.113.9';
const ELSEWHERE = '198.51.100.7';

const createKey = (networks: unknown, more: object = {}) => createKeyOf(app, { userId, networks, ...more });
const via = (address: string) => ({ 'x-forwarded-for': address });

/** A query that one statement can answer, by the holder of this key at this address. */
const ask = (token: string, address: string) =>
  askIn(app.url, { authorization: `Bearer ${token}`, ...via(address) }, '{ users(first: 1) { nodes { name } } }');

const refusalsOf = (id: string) =>
  app.database.query<{ outcome: string; remote_address: string; details: string }>(
    `select outcome, remote_address, reason, details from audit_entries
     where action = 'api_key.refused' and subject_id = $1 order by id`,
    [id.slice(4)],
  );

test.each<{ title: string; networks: string[]; allowed: string[]; refused: string[] }>([
  {
    title: 'an IPv4 network',
    networks: ['203.0.113.0/24'],
    allowed: ['203.0.113.0', '203.0.113.255', '::ffff:203.0.113.9'],
    refused: ['203.0.112.255', '203.0.114.0', '2001:db8::1', '127.0.0.1'],
  },
  {
    title: 'one address, also with the port that some proxies add',
    networks: [HOME],
    allowed: [HOME, `${HOME}:51234`, `::ffff:${HOME}`],
    refused: ['203.0.113.8', '203.0.113.10', '203.0.113.11:51234'],
  },
  {
    title: 'a network of one link, whatever the zone',
    networks: ['fe80::/10'],
    allowed: ['fe80::1', 'fe80::1%eth0'],
    refused: ['fd00::1%eth0'],
  },
  {
    title: 'an IPv6 network',
    networks: ['2001:db8:aa::/48'],
    allowed: ['2001:db8:aa::1', '2001:db8:aa:ffff::1'],
    refused: ['2001:db8:ab::1', '203.0.113.9', '::1'],
  },
  {
    title: 'several',
    networks: ['10.0.0.0/8', '2001:db8::7'],
    allowed: ['10.255.0.1', '2001:db8::7'],
    refused: ['11.0.0.1', '2001:db8::8'],
  },
])('a key may be used from its networks alone: $title', async ({ networks, allowed, refused }) => {
  const { apiKey, token } = await createKey(networks);
  const { data } = await app.ask(`{ node(id: "${apiKey.id}") { ... on ApiKey { networks } } }`);
  expect(data.node.networks).toEqual(networks);
  for (const address of allowed) expect({ address, ...(await ask(token, address)) }).toMatchObject({ status: 200 });
  for (const address of refused) {
    const answer = await ask(token, address);
    expect({ address, status: answer.status }).toEqual({ address, status: 403 });
    expect(answer.data).toBeUndefined();
    expect(answer.errors[0]).toMatchObject({
      message: expect.stringMatching(
        /^This API key may not be used from \S+: its networks do not contain this address\.$/,
      ),
      extensions: { code: 'FORBIDDEN' },
    });
  }
  expect((await refusalsOf(apiKey.id)).map((entry) => entry.remote_address)).toEqual(refused);
});

test('a key that was in use a moment ago is refused elsewhere, and goes on where it may be used', async () => {
  const { token } = await createKey([HOME]);
  for (let time = 0; time < 3; time += 1) expect((await ask(token, HOME)).status).toBe(200);
  expect((await ask(token, ELSEWHERE)).status).toBe(403);
  expect((await ask(token, HOME)).status).toBe(200);
});

test('so is each session that is made from the key', async () => {
  const { token } = await createKey([HOME]);
  expect((await signIn(app.url, token, { ...SAME_ORIGIN, ...via(ELSEWHERE) })).status).toBe(403);
  const signedIn = await signIn(app.url, token, { ...SAME_ORIGIN, ...via(HOME) });
  const [cookie = ''] = cookiesOf(signedIn);
  const statusFrom = async (address: string) =>
    (await askIn(app.url, { ...SAME_ORIGIN, cookie, ...via(address) }, '{ users(first: 1) { nodes { name } } }'))
      .status;
  for (let time = 0; time < 3; time += 1) expect(await statusFrom(HOME)).toBe(200);
  expect(await statusFrom(ELSEWHERE)).toBe(403);
  expect(await statusFrom(HOME)).toBe(200);
});

test('every door asks from where: events, files, streams and WebSockets', async () => {
  const { token, apiKey } = await createKey([HOME]);
  const headers = { authorization: `Bearer ${token}`, ...via(ELSEWHERE) };
  const event = { documentType: 'Nothing', event: 'on_submit', referenceDocument: 'X', data: {} };
  expect((await post(`${app.url}/events`, event, headers)).status).toBe(403);
  expect((await post(`${app.url}/events`, event, { ...headers, ...via(HOME) })).status).toBe(200);
  for (const path of ['/audit-entries', '/schema.graphql']) {
    expect((await fetch(`${app.url}${path}`, { headers })).status).toBe(403);
  }
  const mutation = await askIn(
    app.url,
    headers,
    'mutation { createUser(input: { name: "no", roles: [] }) { user { id } } }',
  );
  expect(mutation.status).toBe(403);
  expect((await openStream(app.url, { query: WATCH, key: token, headers: via(ELSEWHERE) })).status).toBe(403);
  const socket = await openSocket(app, { headers: via(ELSEWHERE) });
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await waitFor('the end of the connection', () => socket.closed !== null);
  expect(socket.closed?.code).toBe(4403);
  expect(socket.messages).toEqual([]);
  // many refusals, one entry
  expect(await refusalsOf(apiKey.id)).toEqual([
    {
      outcome: 'DENIED',
      remote_address: ELSEWHERE,
      reason: `This API key may not be used from ${ELSEWHERE}: its networks do not contain this address.`,
      details: '{"notRecorded":0}',
    },
  ]);
});

const network = 'networks.0';

test.each<{ title: string; networks: unknown; fields: string[]; code: string; message: RegExp }>([
  { title: 'none', networks: [], fields: ['networks'], code: 'INVALID', message: /leave it out/ },
  {
    title: '51',
    networks: Array(51).fill('10.0.0.1'),
    fields: ['networks'],
    code: 'TOO_LARGE',
    message: /51 entries; at most 50/,
  },
  {
    title: 'a name',
    networks: ['example.com'],
    fields: [network],
    code: 'INVALID',
    message: /"example.com" is not a network/,
  },
  { title: 'an empty text', networks: [''], fields: [network], code: 'INVALID', message: /is not a network/ },
  { title: 'NUL', networks: ['10.0.0.1\u0000'], fields: [network], code: 'INVALID', message: /is not a network/ },
  {
    title: 'a huge text',
    networks: ['1'.repeat(10_000)],
    fields: [network],
    code: 'INVALID',
    message: /^"1{70,80}\.\.\. is not a network/,
  },
  {
    title: 'a prefix of 33 bits',
    networks: ['10.0.0.0/33'],
    fields: [network],
    code: 'INVALID',
    message: /is not a network/,
  },
  {
    title: 'bits outside of the prefix',
    networks: ['10.0.0.5/8'],
    fields: [network],
    code: 'INVALID',
    message: /write 10\.0\.0\.0\/8/,
  },
  {
    title: 'a mapped network',
    networks: ['::ffff:10.0.0.0/104'],
    fields: [network],
    code: 'INVALID',
    message: /write the IPv4 network/,
  },
  {
    title: 'one bad of two',
    networks: ['10.0.0.0/8', '10.1'],
    fields: ['networks.1'],
    code: 'INVALID',
    message: /"10.1"/,
  },
])('a list that cannot be used is refused: $title', async ({ networks, fields, code, message }) => {
  const { apiKey, userErrors } = await createKey(networks);
  expect(apiKey).toBeNull();
  expect(userErrors.map(({ field }: { field: string[] }) => field.join('.'))).toEqual(fields);
  expect(userErrors[0]).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a key without a list may be used from everywhere', async () => {
  for (const networks of [undefined, null]) {
    const { token } = await createKey(networks);
    expect((await ask(token, ELSEWHERE)).status).toBe(200);
  }
});
