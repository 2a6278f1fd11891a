// A body may take half a minute to arrive. What its key may do is asked again when it is there.
import { request } from 'node:http';
import { useTestApi } from '../support/app';
import { waitFor } from '../support/wait-for';

const app = useTestApi();

/** A viewer who was read longer ago than 250 ms is read again. */
const LATE_MS = 300;

/** Sends the second half of a body after `meanwhile`. */
async function sendSlowly(path: string, key: string, body: string, meanwhile: () => Promise<unknown>) {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${key}`,
    'content-length': Buffer.byteLength(body),
  };
  const call = request(`${app.url}${path}`, { method: 'POST', headers, agent: false });
  const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
    call.on('error', reject).on('response', async (response) => {
      const chunks = await response.setEncoding('utf8').toArray();
      resolve({ status: response.statusCode ?? 0, text: chunks.join('') });
    });
  });
  call.write(body.slice(0, 10));
  await waitFor('the key to be read', async () => {
    const unused = await app.database.query(`select from api_keys where label = 'test' and last_used_at is null`);
    return unused.length === 0;
  });
  const since = performance.now();
  await meanwhile();
  await waitFor('the reading to be old', () => performance.now() - since > LATE_MS);
  call.end(body.slice(10));
  return answered;
}

const EVENT = { documentType: 'Sales Invoice', event: 'on_submit', referenceDocument: 'INV-1', data: { total: 1 } };
const MUTATION = `mutation { publishEvents(input: { events: [{
  documentType: "Sales Invoice", event: "on_submit", referenceDocument: "INV-1", data: { total: 1 } }] }) { events { id } } }`;

const events = () => app.database.query(`select id from business_events where reference_document = 'INV-1'`);

test.each([
  ['/events', JSON.stringify(EVENT)],
  ['/graphql', JSON.stringify({ query: MUTATION })],
])('a key that is revoked while a body arrives at %s publishes nothing', async (path, body) => {
  const key = await app.keyFor('PUBLISHER');
  const revoke = () => app.database.query(`update api_keys set revoked_at = now() where label = 'test'`);
  const { status, text } = await sendSlowly(path, key, body, revoke);
  expect(text).toContain('"UNAUTHENTICATED"');
  expect([status, await events()]).toEqual([401, []]);
});

test('a role that is taken while a body arrives is missing', async () => {
  const key = await app.keyFor('PUBLISHER');
  const takeRole = () => app.database.query(`update users set roles = '{SUPPORT}' where roles = '{PUBLISHER}'`);
  const { status, text } = await sendSlowly('/events', key, JSON.stringify(EVENT), takeRole);
  expect(text).toContain('"FORBIDDEN"');
  expect([status, await events()]).toEqual([403, []]);
});
