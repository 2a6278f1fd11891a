import { randomUUID } from 'node:crypto';
import { uuidOf } from '../../src/values/ids';
import { useTestApp } from '../support/app';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { seedRequest } from './pages/seeded-log';

const app = useTestApp();
const partner = useReceiver();
let stubborn: string;
let willing: string;
let events: string[];

/** Two events for two webhooks: one partner takes each at once, the other refuses each twice before it takes it. */
beforeAll(async () => {
  partner.answerWith(({ path }, n) => (path === '/stubborn' && refusals(n) < 2 ? { status: 503, body: 'later' } : {}));
  const at = (path: string) => new URL(path, partner.url).href;
  stubborn = (await createTestWebhook(app, at('/stubborn'), { name: 'stubborn', retrySchedule: [0, 0, 0] })).id;
  willing = (await createTestWebhook(app, at('/willing'), { name: 'willing' })).id;
  events = await publish(app, [invoice('L-1', { user: 'clerk' }), invoice('L-2', { user: 'clerk' })]);
  await waitFor('all deliveries', async () => {
    const { data } = await app.ask('{ deliveries(where: { status: { eq: DELIVERED } }) { totalCount } }');
    return data.deliveries.totalCount === 4;
  });
});

/** How often this delivery was refused before the n-th call. */
function refusals(n: number): number {
  const id = partner.calls[n - 1]?.headers['webhook-id'];
  return partner.calls.slice(0, n - 1).filter((call) => call.headers['webhook-id'] === id).length;
}

test('a delivery shows its attempts, newest first, page by page', async () => {
  const query = `query ($id: ID!, $after: String) { businessEvent(id: $id) {
    deliveries { totalCount nodes { id webhook { id } requests(first: 2, after: $after) {
      totalCount nodes { attemptNumber status responseStatus } pageInfo { hasNextPage endCursor }
    } } }
  } }`;
  const attempts = async (after?: string) => {
    const { data } = await app.ask(query, { id: events[0], after });
    expect(data.businessEvent.deliveries.totalCount).toBe(2);
    return data.businessEvent.deliveries.nodes.find(
      ({ webhook }: { webhook: { id: string } }) => webhook.id === stubborn,
    ).requests;
  };
  const first = await attempts();
  expect(first).toMatchObject({
    totalCount: 3,
    nodes: [
      { attemptNumber: 3, status: 'SUCCEEDED', responseStatus: 200 },
      { attemptNumber: 2, status: 'FAILED', responseStatus: 503 },
    ],
    pageInfo: { hasNextPage: true },
  });
  expect(await attempts(first.pageInfo.endCursor)).toMatchObject({
    totalCount: 3,
    nodes: [{ attemptNumber: 1, status: 'FAILED', responseStatus: 503 }],
    pageInfo: { hasNextPage: false },
  });
});

test('every way to a request leads back to the same request', async () => {
  const { data, errors } = await app.ask(`{ webhookRequestLogs(first: 50) { totalCount nodes {
    id
    delivery { id requests { nodes { id } } webhook { id } businessEvent { id } }
    webhook { id requests(first: 50) { totalCount nodes { id } } deliveries(first: 50) { nodes { id } } }
    businessEvent { id requests(first: 50) { totalCount nodes { id } } deliveries(first: 50) { nodes { id } } }
    user { name requests(first: 50) { totalCount nodes { id } } }
  } } }`);
  expect(errors).toBeUndefined();
  const { totalCount, nodes } = data.webhookRequestLogs;
  expect(totalCount).toBe(8);
  const has = (list: { nodes: { id: string }[] }, id: string) => list.nodes.some((node) => node.id === id);
  for (const { id, delivery, webhook, businessEvent, user } of nodes) {
    expect(has(delivery.requests, id) && has(webhook.requests, id)).toBe(true);
    expect(has(businessEvent.requests, id) && has(user.requests, id)).toBe(true);
    expect(has(webhook.deliveries, delivery.id) && has(businessEvent.deliveries, delivery.id)).toBe(true);
    expect([delivery.webhook.id, delivery.businessEvent.id]).toEqual([webhook.id, businessEvent.id]);
    expect(webhook.requests.totalCount).toBe(webhook.id === willing ? 2 : 6);
    expect(delivery.requests.nodes).toHaveLength(webhook.id === willing ? 1 : 3);
    expect(businessEvent.requests.totalCount).toBe(4);
    expect(user).toMatchObject({ name: 'clerk', requests: { totalCount: 8 } });
  }
});

test('a link can be narrowed, and one link does not narrow another', async () => {
  const { data } = await app.ask(
    `query ($willing: ID!) { users(where: { name: { eq: "clerk" } }) { nodes {
      failed: requests(where: { status: { eq: FAILED } }) { totalCount }
      willing: requests(where: { webhook: { id: { eq: $willing } } }) { totalCount nodes { webhook { name requests { totalCount } } } }
      all: requests { totalCount }
    } } }`,
    { willing },
  );
  expect(data.users.nodes).toEqual([
    {
      failed: { totalCount: 4 },
      willing: { totalCount: 2, nodes: Array(2).fill({ webhook: { name: 'willing', requests: { totalCount: 2 } } }) },
      all: { totalCount: 8 },
    },
  ]);
});

test('a delivery is found by its id like everything else', async () => {
  const { data } = await app.ask('{ deliveries(first: 2) { nodes { id } } }');
  const [one, other] = data.deliveries.nodes.map(({ id }: { id: string }) => id);
  const answer = await app.ask(
    `query ($ids: [ID!]!, $id: ID!) {
      node(id: $id) { __typename id ... on Delivery { status requests { totalCount } } }
      nodes(ids: $ids) { __typename id }
    }`,
    { id: one, ids: [other, one?.replace('dlv_', 'evt_'), one] },
  );
  expect(answer.data.node).toMatchObject({ __typename: 'Delivery', id: one, status: 'DELIVERED' });
  expect(answer.data.nodes).toEqual([{ __typename: 'Delivery', id: other }, null, { __typename: 'Delivery', id: one }]);
});

test('a request that belongs to nothing has no links, and without an answer nothing that came back', async () => {
  const id = await seedRequest(app.database, { direction: 'INCOMING', status: 'PENDING', responseStatus: null });
  const { data, errors } = await app.ask(
    `query ($id: ID!) { webhookRequestLog(id: $id) {
      webhook { id } user { id } businessEvent { id } delivery { id } headers headerList { name } data dataBody { text }
      response responseBody { text } responseHeaders responseHeaderList { name } finishedAt durationMs error errorCode
    } }`,
    { id },
  );
  expect(errors).toBeUndefined();
  expect(new Set(Object.values(data.webhookRequestLog))).toEqual(new Set([null]));
});

test('a link to what is not there any more is null, and the request readable', async () => {
  const id = await seedRequest(app.database, { status: 'FAILED', referenceDocument: 'GONE' });
  const gone = await seedRequest(app.database, { status: 'PENDING', referenceDocument: 'GONE-2' });
  await app.database.query(
    `insert into webhook_request_logs (id, direction, status, business_event_id, delivery_id, payload_id, attempt_number,
       duplicate, method, url, started_at)
     select new_id(), direction, status, $2, $2, $2, 1, false, method, url, started_at from webhook_request_logs where id = $1`,
    [uuidOf('WebhookRequestLog', gone), randomUUID()],
  );
  const { data, errors } = await app.ask(
    '{ webhookRequestLogs(first: 1) { nodes { businessEvent { id } delivery { id } data dataBody { text } } } }',
  );
  expect(errors).toBeUndefined();
  expect(data.webhookRequestLogs.nodes).toEqual([{ businessEvent: null, delivery: null, data: null, dataBody: null }]);
  expect((await app.ask('query ($id: ID!) { node(id: $id) { id } }', { id })).data.node).toEqual({ id });
});
