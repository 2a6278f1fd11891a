// A caller who waits in vain for a connection learns that the server is busy, and an operator which setting it is.
import { startTestApp, type TestApp } from '../support/app';
import { type RawAnswer, sendRaw } from '../support/raw-http';

let app: TestApp;
const lines: string[] = [];

beforeAll(async () => {
  const sizes = { SERVE_CONNECTIONS: '4', READ_CONNECTIONS: '4' };
  app = await startTestApp({ ...sizes, LOG_LEVEL: 'warn' }, { write: (line) => lines.push(line) });
});
afterAll(() => app.stop());

const TEN = Array.from({ length: 10 }, (_, n) => n);

const send = (query: string) =>
  sendRaw(`${app.url}/graphql`, {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
    body: JSON.stringify({ query }),
  });

/** The first of them that is refused. Those that hold a connection are not. */
const firstRefused = (sent: Promise<RawAnswer>[]) =>
  Promise.any(
    sent.map(async (each) => {
      const answer = await each;
      if (answer.status === 200) throw new Error(answer.text);
      return answer;
    }),
  );

test.each([
  // in different forms, so that none is known to be quick
  ['READ_CONNECTIONS', 'exports', TEN.map((n) => `{ a${n}: exports(first: 1) { nodes { id } } }`)],
  [
    'SERVE_CONNECTIONS',
    'audit_entries',
    TEN.map((n) => `mutation { createUser(input: { name: "waits-${n}", roles: [] }) { user { id } } }`),
  ],
])('while all connections of %s are in use', async (setting, table, queries) => {
  lines.length = 0;
  await app.database.query('begin');
  await app.database.query(`lock table ${table} in access exclusive mode`);
  const sent = queries.map(send);
  const { status, headers, json } = await firstRefused(sent);
  await app.database.query('rollback');
  const fault = `all connections of ${setting} were in use for 5 s`;
  expect([status, headers['retry-after'], json.errors[0].extensions.code]).toEqual([503, '5', 'UNAVAILABLE']);
  expect(json.errors[0].message).toBe(`The server is busy: ${fault}. Try again.`);
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ reason: fault, msg: 'a connection pool is full: callers are answered UNAVAILABLE' }),
  );
  await Promise.all(sent);
});
