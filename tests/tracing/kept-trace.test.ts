// The trace of an event and of its requests: what is kept of a traceparent, how it is filtered by, and that a wrong one is no error.
import { Client } from 'pg';
import { useTestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';

const app = useTestApp();
const partner = useReceiver();

const trace = (digit: string) => digit.repeat(32);
const traceparent = (traceId: string, { version = '00', spanId = '00f067aa0ba902b7', flags = '01', more = '' } = {}) =>
  `${version}-${traceId}-${spanId}-${flags}${more}`;

let number = 0;
const event = (more: object = {}) => ({
  documentType: 'Sales Invoice',
  event: 'on_submit',
  referenceDocument: `TRACED-${++number}`,
  data: { total: 1 },
  ...more,
});

async function post(body: unknown, headers: Record<string, string> | [string, string][] = {}): Promise<string[]> {
  const all = new Headers(headers);
  all.set('authorization', `Bearer ${app.adminKey}`);
  if (!all.has('content-type')) all.set('content-type', 'application/json');
  const response = await fetch(`${app.url}/events`, { method: 'POST', headers: all, body: JSON.stringify(body) });
  const { events, userErrors } = (await response.json()) as { events: { id: string }[]; userErrors: unknown[] };
  expect(userErrors).toEqual([]);
  return events.map(({ id }) => id);
}

async function traceIdOf(id: string): Promise<string | null> {
  const { data } = await app.ask('query ($id: ID!) { businessEvent(id: $id) { traceId } }', { id });
  return data.businessEvent.traceId;
}

interface Kept {
  event: string | null;
  delivery: string | null;
}

async function keptOf(id: string): Promise<Kept | undefined> {
  const [row] = await app.database.query<Kept>(
    `select e.traceparent as event, d.traceparent as delivery from business_events e left join deliveries d on d.business_event_id = e.id
     where 'evt_' || replace(e.id::text, '-', '') = $1`,
    [id],
  );
  return row;
}

const FINISHED = `query ($trace: String!) { webhookRequestLogs(where: { traceId: { eq: $trace }, finishedAt: { isNull: false } }) {
  nodes { traceId businessEvent { id traceId } replay { id } } } }`;

const requestsIn = (traceId: string, count: number) =>
  waitFor('the requests of the trace', async () => {
    const { data } = await app.ask(FINISHED, { trace: traceId });
    const { nodes } = data.webhookRequestLogs;
    return nodes.length >= count ? nodes : null;
  });

beforeAll(async () => {
  await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
});

test('the trace of the header is that of the event and of its requests, and both are found by it', async () => {
  const [id] = await post(event(), { traceparent: traceparent(trace('a')) });
  expect(await requestsIn(trace('a'), 1)).toEqual([
    { traceId: trace('a'), businessEvent: { id, traceId: trace('a') }, replay: null },
  ]);
  const { data } = await app.ask(
    'query ($t: String!) { businessEvents(where: { traceId: { eq: $t } }) { nodes { id } } }',
    {
      t: trace('a'),
    },
  );
  expect(data.businessEvents.nodes).toEqual([{ id }]);
  expect(await keptOf(id as string)).toEqual({ event: traceparent(trace('a')), delivery: traceparent(trace('a')) });
});

test('publishEvents keeps the trace of its header too, of events that go through the outbox as well', async () => {
  await createTestWebhook(app, partner.url, { documentType: 'Order', condition: 'doc.total > 0' });
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${app.adminKey}`,
      traceparent: traceparent(trace('b')),
    },
    body: JSON.stringify({
      query:
        'mutation ($events: [PublishEventInput!]!) { publishEvents(input: { events: $events }) { events { id } } }',
      variables: { events: [event({ documentType: 'Order' })] },
    }),
  });
  const { data } = (await response.json()) as { data: { publishEvents: { events: { id: string }[] } } };
  const [published] = data.publishEvents.events;
  const [request] = await requestsIn(trace('b'), 1);
  expect(request.businessEvent).toEqual({ id: published?.id, traceId: trace('b') });
});

test.each([
  ['no traceparent', 'hello'],
  ['upper case', traceparent(trace('A'))],
  ['zeros', traceparent(trace('0'))],
  ['no span', traceparent(trace('c'), { spanId: '0'.repeat(16) })],
  ['version ff', traceparent(trace('c'), { version: 'ff' })],
  ['more than version 00 has', traceparent(trace('c'), { more: '-00' })],
  ['10 kB', traceparent(trace('c'), { more: 'c'.repeat(10_000) })],
])('a traceparent that is wrong counts as none: %s', async (_what, wrong) => {
  const [id] = await post(event(), { traceparent: wrong });
  expect(await traceIdOf(id as string)).toBeNull();
});

test('a traceparent that is given twice counts as none', async () => {
  const [id] = await post(event(), [
    ['traceparent', traceparent(trace('c'))],
    ['traceparent', traceparent(trace('d'))],
  ]);
  expect(await traceIdOf(id as string)).toBeNull();
});

test('of a later version, and of other flags, the parts that are known are kept', async () => {
  const later = { version: '01', flags: 'fe', more: '-what-comes' };
  const [id] = await post(event({ documentType: 'Nobody' }), { traceparent: traceparent(trace('c'), later) });
  expect(await keptOf(id as string)).toEqual({ event: traceparent(trace('c'), { flags: '00' }), delivery: null });
});

describe('CloudEvents', () => {
  const cloudEvent = (more: object = {}) => ({
    specversion: '1.0',
    id: `${++number}`,
    source: 'https://erp.example.com',
    type: 'on_submit',
    subject: `CE-${number}`,
    documenttype: 'Nobody',
    data: {},
    ...more,
  });

  test('each event of a batch has the trace of its extension; without one, or with a wrong one, that of the call', async () => {
    const own = [
      { traceparent: traceparent(trace('1')) },
      {},
      { traceparent: 'x'.repeat(10_000) },
      { traceparent: { deep: [1] } },
    ];
    const ids = await post(
      own.map((each) => cloudEvent(each)),
      { 'content-type': 'application/cloudevents-batch+json', traceparent: traceparent(trace('2')) },
    );
    expect(await Promise.all(ids.map(traceIdOf))).toEqual([trace('1'), trace('2'), trace('2'), trace('2')]);
  });

  test('in binary mode the extension is a header, and counts as none if it is repeated', async () => {
    const { data, ...attributes } = cloudEvent();
    const headers = Object.entries(attributes).map(([name, value]): [string, string] => [`ce-${name}`, String(value)]);
    const [one] = await post(data, [...headers, ['ce-traceparent', traceparent(trace('3'))]]);
    const again = headers.map(([name, value]): [string, string] => [name, name === 'ce-id' ? 'again' : value]);
    const [twice] = await post(data, [
      ...again,
      ['ce-traceparent', traceparent(trace('3'))],
      ['ce-traceparent', traceparent(trace('4'))],
    ]);
    expect([await traceIdOf(one as string), await traceIdOf(twice as string)]).toEqual([trace('3'), null]);
  });
});

describe('SQL', () => {
  async function publishBySql(setting: string | null): Promise<string> {
    const client = new Client({ connectionString: app.database.superuserUrl });
    await client.connect();
    try {
      await client.query('begin');
      if (setting !== null) await client.query(`set local hookledger.traceparent = '${setting}'`);
      const { rows } = await client.query<{ id: string }>(
        `select 'evt_' || replace(publish_event('Nobody', 'on_submit', 'SQL-1', '{}')::text, '-', '') as id`,
      );
      await client.query('commit');
      return rows[0]?.id as string;
    } finally {
      await client.end();
    }
  }

  test('the setting of the transaction is the trace', async () => {
    const id = await publishBySql(traceparent(trace('5'), { version: '01', flags: '03', more: '-x' }));
    expect(await keptOf(id)).toEqual({ event: traceparent(trace('5')), delivery: null });
    expect(await traceIdOf(id)).toBe(trace('5'));
  });

  test.each([
    null,
    '',
    'hello',
    traceparent(trace('A')),
    traceparent(trace('0')),
    traceparent(trace('5'), { spanId: '0'.repeat(16) }),
    traceparent(trace('5'), { version: 'ff' }),
    traceparent(trace('5'), { more: '-00' }),
    traceparent(trace('5'), { more: '5'.repeat(10_000) }),
  ])('a setting that is no traceparent counts as none: %.20s', async (setting) => {
    expect(await traceIdOf(await publishBySql(setting))).toBeNull();
  });
});

describe('a webhook with sendTraceparent', () => {
  const headerOf = async (documentType: string, headers: Record<string, string>) => {
    const calls = partner.calls.length;
    await post(event({ documentType }), headers);
    const [call] = await waitFor('the call', () => (partner.calls.length > calls ? partner.calls.slice(calls) : null));
    return call?.headers.traceparent;
  };

  test.each([
    ['that is sent directly', 'Direct', {}],
    ['of the queue', 'Queued', { ordering: 'HOLD' }],
  ])('passes the place of a request %s in its trace, and is off by default', async (_way, documentType, settings) => {
    const { id } = await createTestWebhook(app, partner.url, { documentType, ...settings });
    const inTrace = { traceparent: traceparent(trace('9')) };
    expect(await headerOf(documentType, inTrace)).toBeUndefined();
    const changed = await mutate(app, 'updateWebhook', { id, sendTraceparent: true }, 'webhook { sendTraceparent }');
    expect(changed.webhook).toEqual({ sendTraceparent: true });
    expect(await headerOf(documentType, inTrace)).toBe(traceparent(trace('9')));
    expect(await headerOf(documentType, {})).toBeUndefined();
  });

  test('no webhook sets the header itself, and none that is INCOMING has the setting', async () => {
    const refused = (input: object) => mutate(app, 'createWebhook', { name: 'Partner', ...input }, 'webhook { id }');
    const headers = [{ name: 'Traceparent', value: 'x' }];
    expect(await refused({ url: partner.url, headers })).toMatchObject({
      userErrors: [{ code: 'INVALID', message: expect.stringContaining('set by Hookledger') }],
    });
    const incoming = { direction: 'INCOMING', provider: 'NONE', sendTraceparent: true };
    expect(await refused(incoming)).toMatchObject({ userErrors: [{ field: ['sendTraceparent'], code: 'INVALID' }] });
  });
});

describe('a replay', () => {
  const REPLAY = `mutation ($id: ID!) { replayDelivery(input: { deliveryId: $id, reason: "lost" }) {
    delivery { id } userErrors { message } } }`;

  async function replay(deliveryId: string, headers: Record<string, string>): Promise<void> {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}`, ...headers },
      body: JSON.stringify({ query: REPLAY, variables: { id: deliveryId } }),
    });
    const { data } = (await response.json()) as { data: { replayDelivery: { userErrors: unknown[] } } };
    expect(data.replayDelivery.userErrors).toEqual([]);
  }

  async function delivered(traceId: string): Promise<string> {
    const [id] = await post(event(), { traceparent: traceparent(traceId) });
    return waitFor('the delivery', async () => {
      const { data } = await app.ask(
        'query ($id: ID!) { businessEvent(id: $id) { deliveries { nodes { id status } } } }',
        { id },
      );
      const [delivery] = data.businessEvent.deliveries.nodes;
      return delivery?.status === 'DELIVERED' ? delivery.id : null;
    });
  }

  test('that is ordered in a trace goes on there, and the event keeps its own', async () => {
    await replay(await delivered(trace('6')), { traceparent: traceparent(trace('7')) });
    const [request] = await requestsIn(trace('7'), 1);
    expect(request).toMatchObject({ traceId: trace('7'), businessEvent: { traceId: trace('6') } });
    expect(request.replay).not.toBeNull();
  });

  test('that is ordered in none stays in the trace of the event', async () => {
    await replay(await delivered(trace('8')), {});
    expect(await requestsIn(trace('8'), 2)).toHaveLength(2);
  });
});
