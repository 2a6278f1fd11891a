// Accidents of all kinds, and commands beside them: each acknowledged event has its deliveries, each of these ends, and all is sealed.
import { setTimeout as wait } from 'node:timers/promises';
import { uuidOf } from '../../src/values/ids';
import { strays } from '../delivery/attempt/invariants';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice } from '../support/webhooks';
import { accidentsOf, command, commandsOf, type Harm } from './harms';
import { PARTS, type PartsApart, startPartsApart } from './parts-apart';
import { ROUNDS, SEED, seededRandom } from './random';

const ROUND_MS = 15_000;
const DOCUMENT_TYPE = 'Chaos Invoice';
const KINDS = [
  {},
  { ordering: 'HOLD' },
  { ordering: 'SKIP' },
  { rateLimit: { maxRequests: 60, seconds: 1 } },
  { maxConcurrency: 8 },
  { condition: 'doc.grand_total > 0' },
];

let parts: PartsApart;
/** The ids of acknowledged events, by their idempotency keys. */
const events = new Map<string, string>();

beforeEach(async () => {
  parts = await startPartsApart();
});
afterEach(() => parts.stop());

async function publishUntil(isOver: () => boolean, stream: number): Promise<void> {
  const random = seededRandom(stream);
  for (let n = 0; !isOver(); n += 1) {
    const keys = Array.from({ length: random.between(1, 8) }, (_, m) => `${stream}-${n}-${m}`);
    const input = {
      events: keys.map((idempotencyKey) =>
        invoice(`DOC-${stream}-${random.between(1, 15)}`, { documentType: DOCUMENT_TYPE, idempotencyKey }),
      ),
    };
    const ids = await waitFor('an acknowledgement', async () => {
      const payload = await command(parts, 'publishEvents', input, 'events { id }').catch(() => null);
      return (payload as { events: { id: string }[] | null } | null)?.events;
    });
    for (const [m, { id }] of ids.entries()) events.set(keys[m] as string, uuidOf('BusinessEvent', id) as string);
    await wait(random.between(50, 300));
  }
}

// what is asked of a process that ends meanwhile fails
async function doUntil(isOver: () => boolean, harms: readonly Harm[], stream: number, restMs: number): Promise<void> {
  const random = seededRandom(stream);
  while (!isOver()) {
    await harms[random.between(0, harms.length - 1)]?.().catch(() => undefined);
    await wait(random.between(100, restMs));
  }
}

const OPEN = `select (select count(*)::int from outbox) as events, (select count(*)::int from pending_decisions) as decisions,
  (select count(*)::int from deliveries where finished_at is null) as deliveries,
  (select count(*)::int from webhook_request_logs where finished_at is null) as requests,
  (select count(*)::int from webhook_slots) as slots, (select count(*)::int from dead_letters) as dead,
  (select count(*)::int from replays where finished_at is null) as replays`;

const UNCOUNTED = `select * from (
    select direction, status, count(*)::int as n from webhook_request_logs where finished_at is not null group by 1, 2) as kept
  full join (
    select s.direction, s.status, sum(c.requests)::int as n from request_stats c
    join request_stats_series s on s.id = c.series_id where c.grain = 60 and not s.detailed group by 1, 2) as counted
  using (direction, status) where kept.n is distinct from counted.n`;

/** Deliveries to none or several of these webhooks, of one event. */
const NOT_ONE = `select e.id, w.id as webhook, count(d.id)::int from business_events e cross join unnest($1::uuid[]) as w (id)
  left join deliveries d on d.business_event_id = e.id and d.webhook_id = w.id
  where e.document_type = '${DOCUMENT_TYPE}' group by 1, 2 having count(d.id) <> 1`;

const ATTEMPTS = `select d.id, d.status, array_agg(r.attempt_number order by r.attempt_number) as numbers,
    count(*) filter (where r.status = 'SUCCEEDED')::int as succeeded, count(*) filter (where r.status = 'UNKNOWN')::int as unknown,
    count(r.response_status)::int as answered
  from deliveries d join webhook_request_logs r on r.delivery_id = d.id group by d.id, d.status`;

interface Attempts {
  id: string;
  status: string;
  numbers: number[];
  succeeded: number;
  unknown: number;
  answered: number;
}

async function wrongAttempts(): Promise<string[]> {
  const arrived = new Map<string, number>();
  for (const { headers } of parts.partner.calls) {
    const id = uuidOf('Delivery', String(headers['webhook-id'])) as string;
    arrived.set(id, (arrived.get(id) ?? 0) + 1);
  }
  const rows = await parts.server.query<Attempts>(ATTEMPTS);
  const wrong = rows.flatMap((row) => {
    const calls = arrived.get(row.id) ?? 0;
    arrived.delete(row.id);
    const isInOrder = row.numbers.every((number, n) => number === n + 1);
    // more than what was answered arrived only where the outcome is unknown
    const isCounted = calls >= row.answered && calls <= row.answered + row.unknown;
    const isDelivered = row.status !== 'DELIVERED' || row.succeeded > 0;
    return isInOrder && isCounted && isDelivered ? [] : [`${JSON.stringify(row)}, ${calls} arrived`];
  });
  return [...wrong, ...[...arrived.keys()].map((id) => `${id} arrived without an attempt`)];
}

async function verification(): Promise<unknown> {
  const fields = 'evidenceRun { id } userErrors { message }';
  const ordered = (await command(parts, 'verifyEvidence', { depth: 'CONTENT' }, fields)) as {
    evidenceRun: { id: string };
  };
  return waitFor('the verification', async () => {
    const query = 'query ($id: ID!) { evidenceRun(id: $id) { status error findings { name message } } }';
    const { data } = await parts.app.ask(query, { id: ordered.evidenceRun.id });
    return ['COMPLETED', 'FAILED'].includes(data.evidenceRun.status) && data.evidenceRun;
  });
}

test('accidents and commands at once lose no event, leave nothing open, and seal all', async () => {
  const { app, server, partner } = parts;
  const settings = { documentType: DOCUMENT_TYPE, retrySchedule: [0, ...Array(15).fill(1)] };
  const webhooks: string[] = [];
  for (const kind of KINDS) webhooks.push((await createTestWebhook(app, partner.url, { ...settings, ...kind })).id);
  const end = performance.now() + ROUNDS * ROUND_MS;
  const isOver = () => performance.now() > end;
  const commands = commandsOf(parts, seededRandom(78), webhooks, DOCUMENT_TYPE);
  await Promise.all([
    ...[1, 2, 3].map((stream) => publishUntil(isOver, stream)),
    doUntil(isOver, accidentsOf(parts, seededRandom(77)), 79, 2_500),
    doUntil(isOver, commands, 80, 800),
  ]);
  for (const n of PARTS.keys()) await parts.replace(n, 'SIGTERM');
  await command(parts, 'resumeDeliveries', { reason: 'chaos' });
  for (const id of webhooks) await command(parts, 'resumeWebhook', { id });

  const isDone = async () =>
    Object.values((await server.query<Record<string, number>>(OPEN))[0] ?? {}).every((n) => n === 0);
  await waitFor(`everything to end, CHAOS_SEED=${SEED}`, isDone, 240_000);
  await waitFor('the counts', async () => (await server.query(UNCOUNTED)).length === 0);
  const stored = await server.query<{ key: string; id: string }>('select key, event_id as id from idempotency_keys');
  const kept = new Map(stored.map(({ key, id }) => [key, id]));
  expect({
    seed: SEED,
    lost: [...events].filter(([key, id]) => kept.get(key) !== id),
    notOne: await server.query(NOT_ONE, [webhooks.map((id) => uuidOf('Webhook', id))]),
    strays: await strays(app),
    attempts: await wrongAttempts(),
    ended: parts.endedByThemselves(),
    verification: await verification(),
  }).toEqual({
    seed: SEED,
    lost: [],
    notOne: [],
    strays: [],
    attempts: [],
    ended: [],
    verification: { status: 'COMPLETED', error: null, findings: [] },
  });
});
