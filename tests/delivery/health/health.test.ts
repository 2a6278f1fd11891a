import { createHash } from 'node:crypto';
import { toNodeId, uuidOf } from '../../../src/values/ids';
import { seedRequest } from '../../request-log/pages/seeded-log';
import { startCounter } from '../../request-log/stats/counted-log';
import { startTestApp, useTestApi } from '../../support/app';
import { duringFile } from '../../support/during-file';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

const app = useTestApi();
const counter = duringFile(() => startCounter(app.database));

const HEALTH = `health {
  lastSuccessAt lastSuccess { id } lastFailureAt lastFailure { id status } streak { succeeding requestCount since }
  successRate waitingCount nextAttemptAt
}`;

async function health(id: string, in_ = app) {
  const { data, errors } = await in_.ask(`{ webhook(id: "${id}") { ${HEALTH} } }`);
  expect(errors).toBeUndefined();
  return data.webhook.health;
}

const newWebhook = async () => (await createTestWebhook(app, 'https://partner.example/')).id;
const iso = (ms: number) => new Date(ms).toISOString();

/** Requests of a webhook, one a second up to now. @returns their ids, with when they began */
async function requests(webhook: string, statuses: readonly string[]) {
  const webhookId = uuidOf('Webhook', webhook);
  const begin = Math.floor(Date.now() / 1000) * 1000 - statuses.length * 1000;
  const made = [];
  for (const [n, status] of statuses.entries()) {
    const at = begin + n * 1000;
    made.push({ id: await seedRequest(app.database, { webhookId, status, at, responseStatus: null }), at: iso(at) });
  }
  return made as { id: string; at: string }[];
}

/** Many requests of a webhook, ending an hour before now, one a second. */
async function manyRequests(webhook: string, count: number, status: string): Promise<void> {
  const salt = createHash('md5').update(status).digest('hex').slice(0, 4);
  await app.database.query(
    `insert into webhook_request_logs (id, webhook_id, direction, status, attempt_number, duplicate, method, url, started_at,
       finished_at)
     select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000' || $4 || lpad(to_hex(n), 8, '0'))::uuid,
       $1, 'OUTGOING', $3, 1, false, 'POST', 'https://partner.example/', at, at
     from (select n, date_trunc('milliseconds', now() - interval '1 hour' - n * interval '1 second') as at
       from generate_series(1, $2::int) as n) as times`,
    [uuidOf('Webhook', webhook), count, status, salt],
  );
}

test('a webhook without requests has neither success nor failure', async () => {
  expect(await health(await newWebhook())).toEqual({
    lastSuccessAt: null,
    lastSuccess: null,
    lastFailureAt: null,
    lastFailure: null,
    streak: null,
    successRate: null,
    waitingCount: 0,
    nextAttemptAt: null,
  });
});

test.each<
  [string, string[], number | null, number | null, { succeeding: boolean; requestCount: number; first: number } | null]
>([
  ['one success', ['SUCCEEDED'], 0, null, { succeeding: true, requestCount: 1, first: 0 }],
  [
    'failures of each kind',
    ['FAILED', 'UNKNOWN', 'REFUSED'],
    null,
    2,
    { succeeding: false, requestCount: 3, first: 0 },
  ],
  ['a success again', ['FAILED', 'SUCCEEDED', 'SUCCEEDED'], 2, 0, { succeeding: true, requestCount: 2, first: 1 }],
  [
    'failures since',
    ['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'FAILED', 'UNKNOWN'],
    2,
    4,
    { succeeding: false, requestCount: 2, first: 3 },
  ],
  [
    'one on the wire, of which nothing is known',
    ['SUCCEEDED', 'PENDING'],
    0,
    null,
    { succeeding: true, requestCount: 1, first: 0 },
  ],
  ['one on the wire alone', ['PENDING'], null, null, null],
])('%s', async (_title, statuses, success, failure, streak) => {
  const id = await newWebhook();
  const made = await requests(id, statuses);
  const shown = await health(id);
  const [successful, failed] = [success, failure].map((index) => (index === null ? null : made[index]));
  expect(shown).toMatchObject({
    lastSuccessAt: successful?.at ?? null,
    lastSuccess: successful ? { id: successful.id } : null,
    lastFailureAt: failed?.at ?? null,
    lastFailure: failed ? { id: failed.id } : null,
    streak: streak && {
      succeeding: streak.succeeding,
      requestCount: streak.requestCount,
      since: made[streak.first]?.at,
    },
  });
});

test('a success that lies far behind many failures is found, and the rate of the last day is of all of them', async () => {
  const id = await newWebhook();
  await manyRequests(id, 3, 'SUCCEEDED');
  // in other quarters of an hour, and longer ago than a day
  for (const hours of [3, 30]) {
    const at = Date.now() - hours * 3_600_000;
    await seedRequest(app.database, { webhookId: uuidOf('Webhook', id), status: 'SUCCEEDED', at });
  }
  await requests(
    id,
    Array.from({ length: 150 }, () => 'FAILED'),
  );
  await counter.countAll();
  const shown = await health(id);
  const [row] = await app.database.query<{ id: string; at: Date }>(
    `select id, started_at as at from webhook_request_logs where webhook_id = $1 and status = 'SUCCEEDED' order by id desc limit 1`,
    [uuidOf('Webhook', id)],
  );
  expect(shown.lastSuccess.id).toBe(toNodeId('WebhookRequestLog', row?.id as string));
  expect(shown.lastSuccessAt).toBe(row?.at.toISOString());
  expect(shown.streak).toMatchObject({ succeeding: false, requestCount: 150 });
  expect(shown.successRate).toBeCloseTo(4 / 154, 6);
});

test('a streak is counted up to 1,000, and says since when all the same', async () => {
  const id = await newWebhook();
  await manyRequests(id, 1_200, 'SUCCEEDED');
  const { streak, lastFailure } = await health(id);
  expect(lastFailure).toBeNull();
  expect(streak).toMatchObject({ succeeding: true, requestCount: 1_000 });
  const [row] = await app.database.query<{ at: Date }>(
    'select min(started_at) as at from webhook_request_logs where webhook_id = $1',
    [uuidOf('Webhook', id)],
  );
  expect(streak.since).toBe(row?.at.toISOString());
});

test('each webhook has its own streak', async () => {
  const [one, other] = [await newWebhook(), await newWebhook()];
  await requests(one, ['FAILED', 'FAILED']);
  await requests(other, ['SUCCEEDED']);
  const { data } = await app.ask(`{ nodes(ids: ["${one}", "${other}"]) { ... on Webhook { ${HEALTH} } } }`);
  expect(data.nodes.map(({ health }: { health: { streak: object } }) => health.streak)).toMatchObject([
    { succeeding: false, requestCount: 2 },
    { succeeding: true, requestCount: 1 },
  ]);
});

test('what waits, and when the next attempt comes', async () => {
  const working = await startTestApp();
  try {
    const { id } = await createTestWebhook(working, 'http://127.0.0.1:9/', { retrySchedule: [3600, 3600] });
    const begun = Date.now();
    await publish(working, [invoice('INV-1'), invoice('INV-2'), invoice('INV-3')]);
    const shown = await waitFor('the deliveries', async () => {
      const answer = await health(id, working);
      return answer.waitingCount === 3 && answer;
    });
    const inMs = Date.parse(shown.nextAttemptAt) - begun;
    // an hour, and up to a fifth more or less
    expect(inMs).toBeGreaterThan(0.8 * 3600_000);
    expect(inMs).toBeLessThan(1.2 * 3600_000 + 60_000);
    await working.ask(`mutation { archiveWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
    expect(await health(id, working)).toMatchObject({ waitingCount: 0, nextAttemptAt: null });
  } finally {
    await working.stop();
  }
});

test('PUBLISHER learns nothing of it', async () => {
  const id = await newWebhook();
  const { errors } = await app.ask(`{ webhook(id: "${id}") { ${HEALTH} } }`, undefined, await app.keyFor('PUBLISHER'));
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
});
