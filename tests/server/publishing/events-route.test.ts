// POST /events: plain JSON and CloudEvents, with the rules of publishEvents.
import { CloudEvent, HTTP } from 'cloudevents';
import { documentSql } from '../../../src/events/data/envelope';
import { useTestApi } from '../../support/app';

const app = useTestApi();
let publisherKey: string;

beforeAll(async () => {
  publisherKey = await app.keyFor('PUBLISHER');
});

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  json: any;
}

/** @param body text is sent as it is */
async function post(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${app.url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${publisherKey}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

const invoice = (referenceDocument: string, more: object = {}) => ({
  documentType: 'Sales Invoice',
  event: 'on_submit',
  referenceDocument,
  data: { total: 1 },
  ...more,
});

interface Stored {
  documentType: string;
  event: string;
  referenceDocument: string;
  user: string;
  idempotencyKey: string | null;
  body: string;
}

async function stored(id: string): Promise<Stored | undefined> {
  const rows = await app.database.query<Stored>(
    `select e.document_type as "documentType", e.event, e.reference_document as "referenceDocument", u.name as user,
       e.idempotency_key as "idempotencyKey", convert_from(${documentSql('e.enveloped', 'p.body')}, 'UTF8') as body
     from business_events e join users u on u.id = e.user_id join payloads p on p.id = e.payload_id
     where 'evt_' || replace(e.id::text, '-', '') = $1`,
    [id],
  );
  return rows[0];
}

const faultsOf = ({ json }: Answer) =>
  json.userErrors.map(({ field, code }: { field: string[] | null; code: string }) => [field?.join('.') ?? null, code]);

describe('plain JSON', () => {
  test('one event is accepted, with the exact text of its data', async () => {
    const text =
      '{"documentType":"Sales Invoice","event":"on_submit","referenceDocument":"INV-1","data":{"total": 1.50}}';
    const { status, json } = await post(text);
    expect([status, json.userErrors]).toEqual([200, []]);
    expect(json.events).toEqual([{ id: expect.stringMatching(/^evt_[0-9a-f]{32}$/), duplicate: false }]);
    expect(await stored(json.events[0].id)).toMatchObject({ referenceDocument: 'INV-1', body: '{"total": 1.50}' });
  });

  test('a list is accepted in its order, with users and keys', async () => {
    const { json } = await post([
      invoice('INV-2', { user: 'jane@example.com', idempotencyKey: 'k-2' }),
      invoice('INV-3', { data: [1, 'two', null] }),
    ]);
    const rows = await Promise.all(json.events.map(({ id }: { id: string }) => stored(id)));
    expect(rows).toMatchObject([
      { referenceDocument: 'INV-2', user: 'jane@example.com', idempotencyKey: 'k-2' },
      { referenceDocument: 'INV-3', idempotencyKey: null, body: '[1,"two",null]' },
    ]);
  });

  test('the header Idempotency-Key is the key of one event, also for publishEvents', async () => {
    const first = await post(invoice('INV-4'), { 'idempotency-key': 'k-4' });
    const again = await post(invoice('INV-4'), { 'idempotency-key': 'k-4' });
    expect(again.json.events).toEqual([{ id: first.json.events[0].id, duplicate: true }]);
    const byMutation = await app.ask(
      'mutation ($events: [PublishEventInput!]!) { publishEvents(input: { events: $events }) { events { id duplicate } } }',
      { events: [invoice('INV-4', { idempotencyKey: 'k-4' })] },
      publisherKey,
    );
    expect(byMutation.data.publishEvents.events).toEqual(again.json.events);
    const conflict = await post(invoice('INV-5'), { 'idempotency-key': 'k-4' });
    expect([conflict.status, conflict.json.events]).toEqual([409, null]);
    expect(faultsOf(conflict)).toEqual([['events.0.idempotencyKey', 'CONFLICT']]);
  });

  test.each<[string, unknown, Record<string, string>, [string | null, string][]]>([
    ['an empty list', [], {}, [['events', 'REQUIRED']]],
    ['501 events', Array.from({ length: 501 }, () => invoice('X')), {}, [['events', 'TOO_LARGE']]],
    ['null', 'null', {}, [['events.0', 'INVALID']]],
    ['a number in a list', [invoice('X'), 5], {}, [['events.1', 'INVALID']]],
    ['a list in a list', [[invoice('X')]], {}, [['events.0', 'INVALID']]],
    ['many unknown fields', invoice('X', { a: 1, b: 2 }), {}, [['events.0.a', 'INVALID']]],
    ['an unknown field', invoice('X', { documenttype: 'x' }), {}, [['events.0.documenttype', 'INVALID']]],
    ['a number for a text', invoice('X', { event: 5 }), {}, [['events.0.event', 'INVALID']]],
    [
      'null for a text, beside another fault',
      invoice('X', { event: 5, referenceDocument: null }),
      {},
      [
        ['events.0.referenceDocument', 'REQUIRED'],
        ['events.0.event', 'INVALID'],
      ],
    ],
    ['data of null', invoice('X', { data: null }), {}, [['events.0.data', 'REQUIRED']]],
    ['a control character', invoice('X\u0000'), {}, [['events.0.referenceDocument', 'INVALID']]],
    ['a name of 201 characters', invoice('x'.repeat(201)), {}, [['events.0.referenceDocument', 'TOO_LARGE']]],
    [
      'our own document type',
      invoice('X', { documentType: ' hookledger' }),
      {},
      [['events.0.documentType', 'INVALID']],
    ],
    ['too much data', invoice('X', { data: 'x'.repeat(256 * 1024) }), {}, [['events.0.data', 'TOO_LARGE']]],
    ['an unknown cause', invoice('X', { causedBy: 'nothing' }), {}, [['events.0.causedBy', 'INVALID']]],
    [
      'missing fields',
      '{"data":1}',
      {},
      [
        ['events.0.documentType', 'REQUIRED'],
        ['events.0.event', 'REQUIRED'],
        ['events.0.referenceDocument', 'REQUIRED'],
      ],
    ],
    [
      'a repeated key',
      '{"documentType":"a","event":"b","event":"c","referenceDocument":"d","data":1}',
      {},
      [['events.0.event', 'INVALID']],
    ],
    ['a key of the header for a list', [invoice('X')], { 'idempotency-key': 'k' }, [['Idempotency-Key', 'INVALID']]],
    [
      'two different keys',
      invoice('X', { idempotencyKey: 'a' }),
      { 'idempotency-key': 'b' },
      [['events.0.idempotencyKey', 'INVALID']],
    ],
  ])('refused, with nothing left behind: %s', async (_name, body, headers, faults) => {
    const count = async () => app.database.query('select count(*)::int as n from business_events');
    const before = await count();
    const answer = await post(body, headers);
    expect([answer.status, answer.json.events]).toEqual([422, null]);
    expect(faultsOf(answer)).toEqual(faults);
    expect(await count()).toEqual(before);
  });
});

describe('CloudEvents 1.0, as the SDK of the project sends them', () => {
  const event = (id: string, more: object = {}) =>
    new CloudEvent({
      id,
      source: '/erp/sales',
      type: 'on_submit',
      subject: `INV-${id}`,
      data: { total: 1 },
      datacontenttype: 'application/json',
      ...more,
    });
  const send = ({ headers, body }: { headers: object; body: unknown }) =>
    post(body as string, Object.fromEntries(Object.entries(headers)) as Record<string, string>);

  test('structured: source and id are the idempotency key', async () => {
    const message = HTTP.structured(event('c-1', { documenttype: 'Sales Invoice', authid: 'jane@example.com' }));
    const first = await send(message);
    expect([first.status, first.json.userErrors]).toEqual([200, []]);
    expect(await stored(first.json.events[0].id)).toEqual({
      documentType: 'Sales Invoice',
      event: 'on_submit',
      referenceDocument: 'INV-c-1',
      user: 'jane@example.com',
      idempotencyKey: '/erp/sales c-1',
      body: '{"total":1}',
    });
    expect((await send(message)).json.events).toEqual([{ id: first.json.events[0].id, duplicate: true }]);
  });

  test('binary: the same event is the same event', async () => {
    const first = await send(HTTP.binary(event('c-2')));
    expect([first.status, first.json.userErrors]).toEqual([200, []]);
    expect(await stored(first.json.events[0].id)).toMatchObject({
      documentType: '/erp/sales',
      referenceDocument: 'INV-c-2',
    });
    const again = await send(HTTP.structured(event('c-2')));
    expect(again.json.events).toEqual([{ id: first.json.events[0].id, duplicate: true }]);
  });

  test('batched', async () => {
    const { status, json } = await post([event('c-3'), event('c-4')], {
      'content-type': 'application/cloudevents-batch+json',
    });
    expect([status, json.events.length]).toEqual([200, 2]);
  });

  test('an empty batch is valid, and publishes nothing', async () => {
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const { status, json } = await post([], headers);
    expect([status, json]).toEqual([200, { events: [], userErrors: [] }]);
  });

  test.each(['application/vnd.acme.order+json', 'text/json; charset=utf-8'])('data of type %s', async (type) => {
    const [one, other] = [event(`${type} 1`, { datacontenttype: type }), event(`${type} 2`, { datacontenttype: type })];
    const answers = [await send(HTTP.structured(one)), await send(HTTP.binary(other))];
    expect(answers.map(({ status, json }) => [status, json.userErrors])).toEqual([
      [200, []],
      [200, []],
    ]);
    const plain = await post(invoice('INV-9'), { 'content-type': type });
    expect([plain.status, plain.json.errors[0].extensions.code]).toEqual([415, 'BAD_USER_INPUT']);
  });

  test.each([
    [
      'batch',
      {},
      'By its content type the body is a list of CloudEvents. Send one event as application/cloudevents+json.',
    ],
    ['', [], 'By its content type the body is one CloudEvent. Send a list as application/cloudevents-batch+json.'],
  ])('the body of the other form is refused with the right content type: %s', async (form, body, message) => {
    const type = ['application/cloudevents', form].filter(Boolean).join('-');
    const { json } = await post(body, { 'content-type': `${type}+json` });
    expect(json.userErrors).toEqual([{ field: null, code: 'INVALID', message }]);
  });

  test('an attribute that is null is one that is not set', async () => {
    const unset = { data_base64: null, datacontenttype: null, documenttype: null, authid: null, time: null };
    const body = { specversion: '1.0', id: 'null', source: '/erp', type: 't', subject: 'S', data: 1, ...unset };
    const { status, json } = await post(body, { 'content-type': 'application/cloudevents+json' });
    expect([status, json.userErrors]).toEqual([200, []]);
  });

  test('an attribute of another type is one fault', async () => {
    const body = { specversion: '1.0', id: 5, source: '/erp', type: 't', subject: 'S', data: 1 };
    const { json } = await post(body, { 'content-type': 'application/cloudevents+json' });
    const message = 'id is 5; it must be a string.';
    expect(json.userErrors).toEqual([{ field: ['events', '0', 'id'], code: 'INVALID', message }]);
  });

  test('a long source and id are a key too', async () => {
    const long = event('c-5', { source: `/${'s'.repeat(150)}`, id: 'i'.repeat(100) });
    const { json } = await send(HTTP.structured(long));
    expect((await stored(json.events[0].id))?.idempotencyKey).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test.each<[string, object, Record<string, string>, [string | null, string][]]>([
    ['another version', { specversion: '0.3' }, {}, [['events.0.specversion', 'INVALID']]],
    ['no subject', { subject: undefined }, {}, [['events.0.subject', 'REQUIRED']]],
    ['bytes', { data_base64: 'AAEC', data: undefined }, {}, [['events.0.data_base64', 'INVALID']]],
    ['XML', { datacontenttype: 'text/xml' }, {}, [['events.0.datacontenttype', 'INVALID']]],
    ['no data', { data: undefined }, {}, [['events.0.data', 'REQUIRED']]],
    ['a control character in a long id', { id: `${'i'.repeat(300)}\u0007` }, {}, [['events.0.id', 'INVALID']]],
    ['half of a pair in a short source', { source: '/\ud800' }, {}, [['events.0.source', 'INVALID']]],
    ['one event as a batch', {}, { 'content-type': 'application/cloudevents-batch+json' }, [[null, 'INVALID']]],
  ])('refused: %s', async (_name, more, headers, faults) => {
    const body = { specversion: '1.0', id: 'r', source: '/erp', type: 't', subject: 'S', data: 1, ...more };
    const answer = await post(body, { 'content-type': 'application/cloudevents+json', ...headers });
    expect([answer.status, faultsOf(answer)]).toEqual([422, faults]);
  });

  // the SDKs of JavaScript and Go encode no header
  test.each(['%E0%A4%A', 'INV-\u00e9'])(
    'binary: a header that is no percent-encoded UTF-8 is named: %s',
    async (subject) => {
      const headers = {
        'ce-specversion': '1.0',
        'ce-id': '1',
        'ce-source': '/erp',
        'ce-type': 't',
        'ce-subject': subject,
      };
      const answer = await post('{}', headers);
      expect(faultsOf(answer)).toEqual([['ce-subject', 'INVALID']]);
      const cure = 'write such characters as their bytes in UTF-8, each as %XX, or send the event in structured mode.';
      expect(JSON.stringify(answer.json)).toContain(cure);
    },
  );

  test('binary: a body that is null is a fault of the whole call', async () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/erp', 'ce-type': 't', 'ce-subject': 's' };
    expect(faultsOf(await post('null', headers))).toEqual([[null, 'REQUIRED']]);
  });
});
