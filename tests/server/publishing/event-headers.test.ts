// The headers of POST /events: repeated ones, quoted ones, and characters beyond ASCII.
import { request } from 'node:http';
import { useTestApi } from '../../support/app';

const app = useTestApi();
let publisherKey: string;

beforeAll(async () => {
  publisherKey = await app.keyFor('PUBLISHER');
});

interface Answer {
  status: number;
  json: { events: { id: string }[] | null; userErrors: { field: string[]; code: string }[] };
}

/** @param headers a value for each time that the header is sent */
function post(body: object, headers: Record<string, string | string[]>): Promise<Answer> {
  const text = JSON.stringify(body);
  const all = { 'content-type': 'application/json', authorization: `Bearer ${publisherKey}`, ...headers };
  return new Promise((resolve, reject) => {
    const call = request(`${app.url}/events`, { method: 'POST', headers: all, agent: false });
    call.on('error', reject).on('response', async (response) => {
      const chunks = await response.setEncoding('utf8').toArray();
      resolve({ status: response.statusCode ?? 0, json: JSON.parse(chunks.join('')) });
    });
    call.end(text);
  });
}

const EVENT = { documentType: 'Sales Invoice', event: 'on_submit', referenceDocument: 'INV-1', data: { total: 1 } };
const binary = (more: Record<string, string | string[]>) =>
  post(
    { total: 1 },
    { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/erp', 'ce-type': 't', 'ce-subject': 's', ...more },
  );

const faultsOf = ({ status, json }: Answer) => [
  status,
  json.userErrors.map(({ field, code }) => [field.join('.'), code]),
];
const INVALID = (field: string) => [422, expect.arrayContaining([[field, 'INVALID']])];

const stored = (column: string) =>
  app.database.query(`select ${column} as text from business_events order by id desc limit 1`);

test('a repeated header is refused: one of its values would be an event that was not meant', async () => {
  expect(faultsOf(await post(EVENT, { 'idempotency-key': ['k-1', 'k-2'] }))).toEqual(INVALID('Idempotency-Key'));
  for (const name of ['ce-specversion', 'ce-id', 'ce-source', 'ce-type', 'ce-subject', 'ce-authid']) {
    expect(faultsOf(await binary({ [name]: ['one', 'two'] }))).toEqual(INVALID(name));
  }
  expect(await app.database.query('select from business_events')).toEqual([]);
});

test('the header Idempotency-Key is refused beside a CloudEvent, whose key is its source and id', async () => {
  const attributes = { specversion: '1.0', id: '7', source: '/erp', type: 't', subject: 's', data: { total: 1 } };
  const headers = { 'idempotency-key': 'k-7' };
  const one = { ...headers, 'content-type': 'application/cloudevents+json' };
  const batch = { ...headers, 'content-type': 'application/cloudevents-batch+json' };
  const answers = [await binary(headers), await post(attributes, one), await post([attributes], batch)];
  for (const answer of answers) {
    expect([answer.status, answer.json.events]).toEqual([422, null]);
    expect(answer.json.userErrors).toEqual([
      {
        field: ['Idempotency-Key'],
        code: 'INVALID',
        message:
          'The header Idempotency-Key is for plain JSON. The key of a CloudEvent is its source and id: leave out the header.',
      },
    ]);
  }
  expect(await app.database.query('select from business_events')).toEqual([]);
});

test.each(['specversion', 'id', 'source', 'type', 'subject'])('a CloudEvent without ce-%s is told so', async (name) => {
  const attributes = { specversion: '1.0', id: '8', source: '/erp', type: 't', subject: 's' };
  const given = Object.entries(attributes).filter(([each]) => each !== name);
  // with a body that could be an event by itself, which would have no idempotency key
  const answer = await post(EVENT, Object.fromEntries(given.map(([each, value]) => [`ce-${each}`, value])));
  expect(faultsOf(answer)).toEqual([422, [[`ce-${name}`, 'REQUIRED']]]);
});

test('a quoted attribute is stored without its quotes', async () => {
  const { json } = await binary({ 'ce-id': '2', 'ce-subject': '"INV \\"7\\" %E2%82%AC"' });
  expect(json.userErrors).toEqual([]);
  expect(await stored('reference_document')).toEqual([{ text: 'INV "7" €' }]);
});

test('bytes beyond ASCII are refused: only percent-encoded are they text', async () => {
  expect(faultsOf(await binary({ 'ce-id': '3', 'ce-type': Buffer.from('café').toString('latin1') }))).toEqual(
    INVALID('ce-type'),
  );
});

test('a control character in an attribute is refused, also where a hash of it would be the key', async () => {
  expect(faultsOf(await binary({ 'ce-id': `${'i'.repeat(300)}%0A` }))).toEqual([422, [['ce-id', 'INVALID']]]);
});

test('a key beyond ASCII is refused in the header, where its bytes would be read as another key', async () => {
  const answer = await post(EVENT, { 'idempotency-key': Buffer.from('café-1').toString('latin1') });
  expect(faultsOf(answer)).toEqual([422, [['Idempotency-Key', 'INVALID']]]);
  expect((await post({ ...EVENT, idempotencyKey: 'café-1' }, {})).json.events).toMatchObject([{ duplicate: false }]);
});

test('a source with a space has no key of another source and id', async () => {
  const event = { specversion: '1.0', type: 't', subject: 's', documenttype: 'Sales Invoice', data: { total: 1 } };
  const headers = { 'content-type': 'application/cloudevents+json' };
  const first = await post({ ...event, source: '/erp a', id: 'b' }, headers);
  const other = await post({ ...event, source: '/erp', id: 'a b' }, headers);
  const again = await post({ ...event, source: '/erp a', id: 'b' }, headers);
  expect(other.json.events).toMatchObject([{ duplicate: false }]);
  expect(again.json.events).toEqual([{ id: first.json.events?.[0]?.id, duplicate: true }]);
});
