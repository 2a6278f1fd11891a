// What leads nowhere: wrong methods, unknown and mistyped addresses. Counted, not stored.
import { makeIncomingToken } from '../../../src/webhooks/incoming/incoming-agreement.store';
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { rawCall } from '../bodies/raw-call';
import { type Agreed, agree, receivedBy } from '../callers';

let app: TestApp;
let agreed: Agreed;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  agreed = await agree(app, { provider: 'NONE' });
});
afterAll(() => app.stop());

async function counted(outcome: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((each) => each.startsWith('hookledger_incoming_calls_total') && each.includes(`"${outcome}"`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  '%s is answered 405, and POST is named',
  async (method) => {
    const { status, head } = await rawCall(agreed.address, [], method === 'GET' || method === 'HEAD' ? '' : 'x', {
      method,
    });
    expect(status).toBe(405);
    expect(head.toLowerCase()).toContain('allow: post');
    expect(await receivedBy(app, agreed)).toEqual([]);
  },
);

const mistyped = (token: string) => `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`;
test.each<[string, () => string]>([
  ['that does not exist', makeIncomingToken],
  ['mistyped', () => mistyped(agreed.token)],
  ['in capitals', () => agreed.token.toUpperCase()],
  ['with more behind it', () => `${agreed.token}x`],
  ['with a slash behind it', () => `${agreed.token}/`],
  ['with a dot', () => `${agreed.token}%2e`],
  ['that climbs', () => `..%2f${agreed.token}`],
  ['with NUL', () => `${agreed.token}%00`],
  ['that is no UTF-8', () => '%ff%fe'],
  ['that is no percent-encoding', () => '%zz'],
  ['that is empty', () => ''],
  ['of 5,000 characters', () => `in_${'x'.repeat(5_000)}`],
])('an address %s leads nowhere', async (_what, token) => {
  const { status, text } = await rawCall(`${app.url}/in/x`, ['content-type: application/json'], '{}', {
    target: `/in/${token()}`,
  });
  expect([400, 404, 414]).toContain(status);
  expect(JSON.parse(text).errors[0].extensions.code).toMatch(/NOT_FOUND|BAD_USER_INPUT|LIMIT_EXCEEDED/);
  expect(text).not.toContain(agreed.token);
});

test('what leads nowhere is counted and leaves no row; what leads somewhere is counted as what it was', async () => {
  const before = await counted('UNKNOWN_ADDRESS');
  for (let n = 0; n < 3; n += 1) await rawCall(`${app.url}/in/${makeIncomingToken()}`, [], '{}');
  // the numbers may be some seconds old
  const becomes = (outcome: string, n: number) => waitFor(outcome, async () => (await counted(outcome)) === n);
  await becomes('UNKNOWN_ADDRESS', before + 3);
  expect(await app.database.query('select count(*)::int as n from webhook_request_logs')).toEqual([{ n: 0 }]);
  await rawCall(agreed.address, [], '{}');
  await rawCall(agreed.address, ['content-type: application/json'], '{');
  await becomes('ACCEPTED', 1);
  await becomes('MALFORMED', 1);
});

test('an API key opens no address, and an address no API', async () => {
  const { status } = await rawCall(`${app.url}/in/${app.adminKey}`, [`authorization: Bearer ${app.adminKey}`], '{}');
  expect(status).toBe(404);
  expect((await app.ask('{ viewer { id } }', {}, agreed.token)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});
