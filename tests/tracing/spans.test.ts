// Spans of what happens to an event, as a collector gets them.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startTestApp, type TestApp } from '../support/app';
import { startProgram } from '../support/program';
import { NEVER, type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';
import { type Collector, type SentSpan, startCollector } from './collector';

let collector: Collector;
let hanging: Collector;
let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [collector, hanging] = await Promise.all([startCollector(), startCollector()]);
  app = await startTestApp({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  partner = await startReceiver();
  await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
  await createTestWebhook(app, partner.url, { documentType: 'Order', condition: 'doc.total > 0' });
});
afterAll(async () => {
  await partner.stop();
  await app.stop();
  await collector.stop();
  await hanging.stop();
});
beforeEach(() => partner.answerWith(() => ({})));

const SPAN = '00f067aa0ba902b7';
const newTrace = () => randomBytes(16).toString('hex');
const traceparent = (traceId: string, flags = '01') => `00-${traceId}-${SPAN}-${flags}`;

let number = 0;
const event = (more: object = {}) => ({
  documentType: 'Sales Invoice',
  event: 'on_submit',
  referenceDocument: `SPANS-${++number}`,
  data: { total: 1 },
  ...more,
});

async function call(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}`, ...headers },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  return (await response.json()) as any;
}

const publish = async (more: object, headers: Record<string, string> = {}): Promise<string> =>
  (await call('/events', event(more), headers)).events[0].id;

const named = (spans: readonly SentSpan[], name: string) => spans.find((span) => span.name === name) as SentSpan;

/** The names of the spans from the first to the last, each the parent of the next. */
function chain(spans: readonly SentSpan[], root: string | undefined): string[] {
  const next = spans.find(({ parentSpanId }) => (parentSpanId || undefined) === root);
  return next ? [next.name, ...chain(spans, next.spanId)] : [];
}

async function traceIdOf(id: string): Promise<string> {
  const { data } = await app.ask('query ($id: ID!) { businessEvent(id: $id) { traceId } }', { id });
  return data.businessEvent.traceId;
}

const WAY = ['publish', 'fan out', 'attempt', 'commit outcome'];

test.each([
  ['that is sent directly', 'Sales Invoice'],
  ['that goes through the outbox', 'Order'],
])('an event %s is one chain of spans, from the request to its outcome', async (_way, documentType) => {
  const id = await publish({ documentType });
  const traceId = await traceIdOf(id);
  const spans = await collector.trace(traceId, 'POST /events', ...WAY);
  expect(chain(spans, undefined)).toEqual(['POST /events', ...WAY]);
  expect(named(spans, 'POST /events')).toMatchObject({ kind: 2, attributes: { 'http.response.status_code': 200 } });
  const { data } = await app.ask(
    'query ($t: String!) { webhookRequestLogs(where: { traceId: { eq: $t } }) { nodes { id delivery { id } webhook { id } } } }',
    { t: traceId },
  );
  const [request] = data.webhookRequestLogs.nodes;
  expect(named(spans, 'attempt')).toMatchObject({
    kind: 3,
    attributes: {
      'hookledger.request': request.id,
      'hookledger.delivery': request.delivery.id,
      'hookledger.webhook': request.webhook.id,
      'http.response.status_code': 200,
    },
  });
  expect(named(spans, 'fan out').attributes).toMatchObject({ 'hookledger.event': id, 'hookledger.deliveries': 1 });
});

test('the spans of a mutation continue the trace of its caller, and name the service', async () => {
  const traceId = newTrace();
  const query = 'mutation ($e: [PublishEventInput!]!) { publishEvents(input: { events: $e }) { events { id } } }';
  await call('/graphql', { query, variables: { e: [event()] } }, { traceparent: traceparent(traceId) });
  const spans = await collector.trace(traceId, 'POST /graphql', ...WAY);
  expect(chain(spans, SPAN)).toEqual(['POST /graphql', ...WAY]);
  expect(named(spans, 'POST /graphql').attributes).toMatchObject({ 'graphql.operation.type': 'mutation' });
  expect(collector.receiver.calls[0]).toMatchObject({ path: '/v1/traces' });
  expect(collector.receiver.calls[0]?.body.toString()).toContain('{"stringValue":"hookledger"}');
});

test('a partner gets the span of its attempt, if its webhook says so', async () => {
  await createTestWebhook(app, partner.url, { documentType: 'Passed', sendTraceparent: true });
  const id = await publish({ documentType: 'Passed' });
  const traceId = await traceIdOf(id);
  const { spanId } = named(await collector.trace(traceId, 'POST /events', ...WAY), 'attempt');
  expect(partner.calls.map(({ headers }) => headers.traceparent)).toContain(`00-${traceId}-${spanId}-01`);
});

test('a trace that is not sampled has no span, and its id is kept', async () => {
  const traceId = newTrace();
  const id = await publish({}, { traceparent: traceparent(traceId, '00') });
  await collector.trace(await traceIdOf(await publish({})), 'POST /events', ...WAY);
  expect(await traceIdOf(id)).toBe(traceId);
  expect(collector.spans().filter((span) => span.traceId === traceId)).toEqual([]);
});

test('an event that was published in SQL continues the trace of its transaction', async () => {
  const traceId = newTrace();
  const client = new Client({ connectionString: app.database.superuserUrl });
  await client.connect();
  await client.query('begin');
  await client.query(`set local hookledger.traceparent = '${traceparent(traceId)}'`);
  await client.query(`select publish_event('Sales Invoice', 'on_submit', 'SQL-1', '{"total":1}')`);
  await client.query('commit');
  await client.end();
  const spans = await collector.trace(traceId, ...WAY.slice(1));
  expect(chain(spans, SPAN)).toEqual(WAY.slice(1));
});

test('an event with a trace of its own continues that one, which the span of the call names', async () => {
  const [traceId, own] = [newTrace(), newTrace()];
  const cloudEvent = {
    specversion: '1.0',
    id: newTrace(),
    source: 'erp',
    type: 'on_submit',
    subject: 'CE-1',
    data: {},
  };
  await call(
    '/events',
    { ...cloudEvent, documenttype: 'Sales Invoice', traceparent: traceparent(own) },
    { traceparent: traceparent(traceId), 'content-type': 'application/cloudevents+json' },
  );
  expect(chain(await collector.trace(own, ...WAY.slice(1)), SPAN)).toEqual(WAY.slice(1));
  const spans = await collector.trace(traceId, 'POST /events', 'publish');
  expect(named(spans, 'publish').links).toMatchObject([{ traceId: own, spanId: SPAN }]);
});

test('calls that share a transaction name the first one of it', async () => {
  const traces = Array.from({ length: 40 }, newTrace);
  await Promise.all(traces.map((traceId) => publish({}, { traceparent: traceparent(traceId) })));
  const calls = await Promise.all(traces.map((traceId) => collector.trace(traceId, 'POST /events', ...WAY)));
  const spans = calls.map((own) => named(own, 'publish'));
  const linked = spans.filter(({ links }) => links.length > 0);
  expect(linked.length).toBeGreaterThan(0);
  for (const { spanId, links } of linked) {
    expect(links).toHaveLength(1);
    const first = spans.find((span) => span.spanId === links[0]?.spanId);
    expect(first?.links).toEqual([]);
    expect(first?.spanId).not.toBe(spanId);
  }
});

test('a replay is a span in the trace of its order, which names where the delivery belonged before', async () => {
  const id = await publish({});
  const original = await collector.trace(await traceIdOf(id), 'POST /events', ...WAY);
  const query = `mutation ($id: ID!) { replayDelivery(input: { deliveryId: $id, reason: "lost" }) {
    userErrors { message } replay { id } } }`;
  const traceId = newTrace();
  const deliveryId = named(original, 'attempt').attributes['hookledger.delivery'];
  const variables = { id: deliveryId };
  const { data } = await call('/graphql', { query, variables }, { traceparent: traceparent(traceId) });
  expect(data.replayDelivery.userErrors).toEqual([]);
  const spans = await collector.trace(traceId, 'POST /graphql', 'replay', 'attempt', 'commit outcome');
  expect(chain(spans, SPAN)).toEqual(['POST /graphql', 'replay', 'attempt', 'commit outcome']);
  const { spanId, traceId: before } = named(original, 'fan out');
  expect(named(spans, 'replay')).toMatchObject({
    links: [{ traceId: before, spanId }],
    attributes: { 'hookledger.replay': data.replayDelivery.replay.id, 'hookledger.delivery': deliveryId },
  });
});

test('a replay of many deliveries names where each belonged before', async () => {
  const ids = [await publish({ event: 'many' }), await publish({ event: 'many' })];
  const before: SentSpan[] = [];
  for (const id of ids) before.push(...(await collector.trace(await traceIdOf(id), 'POST /events', ...WAY)));
  const query = `mutation { replayDeliveries(input: { where: { event: { eq: "many" } }, reason: "lost", rate: 100 }) {
    userErrors { message } } }`;
  const traceId = newTrace();
  const { data } = await call('/graphql', { query }, { traceparent: traceparent(traceId) });
  expect(data.replayDeliveries.userErrors).toEqual([]);
  const replays = [...ids.keys()].flatMap(() => ['replay', 'attempt', 'commit outcome']);
  const spans = await collector.trace(traceId, 'POST /graphql', ...replays);
  const links = spans.flatMap((span) => span.links.map(({ spanId }) => spanId));
  const fannedOut = before.filter(({ name }) => name === 'fan out').map(({ spanId }) => spanId);
  expect(links.sort()).toEqual(fannedOut.sort());
});

test('an attempt that failed, and a call that was refused, have the code of their error', async () => {
  partner.answerWith(() => ({ status: 500, body: 'swordfish' }));
  const failed = await collector.trace(await traceIdOf(await publish({})), 'POST /events', ...WAY);
  expect(named(failed, 'attempt')).toMatchObject({
    status: { code: 2 },
    attributes: { 'error.type': 'HTTP_STATUS', 'http.response.status_code': 500 },
  });
  expect(named(failed, 'commit outcome').attributes).toMatchObject({ 'hookledger.delivery.status': 'RETRYING' });
  const traceId = newTrace();
  await call('/events', event(), { traceparent: traceparent(traceId), authorization: 'Bearer hl_wrong' });
  const [refused] = await collector.trace(traceId, 'POST /events');
  expect(refused).toMatchObject({ status: { code: 0 }, attributes: { 'http.response.status_code': 401 } });
});

test('no span has a payload, a query of a URL, a header, a name or a key', async () => {
  const traceId = newTrace();
  await createTestWebhook(app, `${partner.url}?token=swordfish-query`, {
    documentType: 'Secret',
    headers: [{ name: 'x-secret', value: 'swordfish-header' }],
  });
  partner.answerWith(() => ({ status: 400, body: 'swordfish-answer', headers: { 'x-answer': 'swordfish-back' } }));
  await call(
    '/events?query=swordfish-own',
    event({
      documentType: 'Secret',
      referenceDocument: 'jane@example.com',
      user: 'jane@example.com',
      idempotencyKey: 'swordfish-key',
      data: { secret: 'swordfish-data' },
    }),
    { traceparent: traceparent(traceId), 'user-agent': 'swordfish-agent' },
  );
  await collector.trace(traceId, 'POST /events', ...WAY);
  const sent = collector.receiver.calls.map(({ body }) => body.toString()).join('\n');
  expect(sent).not.toMatch(/swordfish|example\.com|127\.0\.0\.1|hl_/);
  expect(sent).not.toContain(app.adminKey);
});

test('the built program, one file, finds OpenTelemetry beside it, and ends while its collector hangs', async () => {
  const program = await startProgram({ ...app.env, PROCESSES: 'api' });
  try {
    const traceId = newTrace();
    const response = await fetch(`${program.url}/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${app.adminKey}`,
        traceparent: traceparent(traceId),
      },
      body: JSON.stringify(event()),
    });
    expect(response.status).toBe(200);
    // the other process delivers
    expect(chain(await collector.trace(traceId, 'POST /events', ...WAY), SPAN)).toEqual(['POST /events', ...WAY]);
    collector.receiver.answerWith(() => NEVER);
    await fetch(`${program.url}/schema.graphql`, { headers: { authorization: `Bearer ${app.adminKey}` } });
    await program.kill('SIGTERM');
    expect(program.child.exitCode).toBe(0);
  } finally {
    await program.kill('SIGKILL');
    collector.receiver.answerWith(() => ({}));
  }
});

interface Lost {
  full: number;
  failed: number;
}

async function lostOf({ url }: TestApp): Promise<Lost> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (reason: string) => Number(new RegExp(`spans_lost_total{reason="${reason}"} (\\d+)`).exec(text)?.[1]);
  return { full: of('queue_full'), failed: of('export_failed') };
}

test('spans that the collector refuses are counted as lost', async () => {
  const before = await lostOf(app);
  collector.receiver.answerWith(() => ({ status: 400 }));
  await publish({});
  await waitFor('the lost spans', async () => (await lostOf(app)).failed > before.failed || null);
  collector.receiver.answerWith(() => ({}));
});

// the last test: one process exports to one collector, and this application takes the place of the other
test('a collector that hangs holds nothing up: events are delivered, the process ends, and lost spans are counted', async () => {
  const { promise: after, resolve: answer } = Promise.withResolvers<void>();
  hanging.receiver.answerWith(() => ({ after }));
  const own = await startTestApp({ OTEL_EXPORTER_OTLP_ENDPOINT: hanging.endpoint });
  try {
    // by the default schedule, a delivery that fails twice on a machine that stands still waits for 5 minutes
    const retrySchedule = Array.from({ length: 10 }, () => 1);
    await createTestWebhook(own, partner.url, { documentType: 'Sales Invoice', retrySchedule });
    const before = await lostOf(own);
    // three spans for each event, and the queue takes 4,096
    for (let calls = 0; calls < 3; calls += 1) {
      const response = await fetch(`${own.url}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${own.adminKey}` },
        body: JSON.stringify(Array.from({ length: 500 }, () => event())),
      });
      expect(response.status).toBe(200);
    }
    await waitFor('the deliveries', async () => {
      const [row] = await own.database.query<{ n: number }>(
        `select count(*)::int as n from deliveries where status = 'DELIVERED'`,
      );
      return row?.n === 1_500;
    }).catch(async (error: Error) => {
      const seen = await own.database.query(
        `select d.status, r.status as request, r.error_code, count(*)::int as n
         from deliveries d left join webhook_request_logs r on r.delivery_id = d.id group by 1, 2, 3`,
      );
      throw new Error(`${error.message}, and saw ${JSON.stringify(seen)}`);
    });
    await waitFor('the lost spans', async () => (await lostOf(own)).full > before.full || null);
  } finally {
    await own.stop();
    answer();
  }
});
