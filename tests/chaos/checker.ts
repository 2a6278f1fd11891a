// What was acknowledged, received, kept, counted, indexed, told and exported must be the same. One function a comparison.
import { setTimeout as wait } from 'node:timers/promises';
import { uuidOf } from '../../src/values/ids';
import { strays } from '../delivery/attempt/invariants';
import { fetchExport, linesOf, requestExport } from '../request-log/export/exports';
import type { Installation } from './installation';
import type { Load } from './load';
import { SEED } from './random';
import type { Tail } from './tail';

/** What follows the log gets this much time to catch up. */
const LIMIT_MS = 90_000;
const LOOK_MS = 250;
/** Of each comparison: more would hide the others. */
const SHOWN = 5;

interface Run {
  installation: Installation;
  load: Load;
  tail: Tail;
}

const COMPARISONS: Record<string, (run: Run) => Promise<string[]> | string[]> = {
  'ended by itself': ({ installation }) => installation.endedByThemselves(),
  'never acknowledged': ({ load }) => load.faults,
  'refused otherwise than with UNAVAILABLE and Retry-After': refusedOtherwise,
  'still open': stillOpen,
  'acknowledged events and rows': eventsAndRows,
  'acknowledged calls and rows': callsAndRows,
  'acknowledged and received': acknowledgedAndReceived,
  'received and attempts': receivedAndAttempts,
  'rows and counts': rowsAndCounts,
  'rows and search index': rowsAndIndex,
  'rows and change feed': rowsAndFeed,
  'rows and live tail': rowsAndTail,
  'rows and export': rowsAndExport,
  'secrets in the log': secretsInLog,
};

/** What becomes the same after a while. */
const FOLLOWING = [stillOpen, rowsAndCounts, rowsAndIndex, rowsAndTail];

/** All comparisons that fail, each with some of what is wrong; {} when nothing is. Call it when the load has ended. */
export async function faultsOf(run: Run): Promise<Record<string, string[]>> {
  const faults: Record<string, string[]> = {};
  const end = Date.now() + LIMIT_MS;
  for (const follows of FOLLOWING) {
    while ((await follows(run)).length > 0 && Date.now() < end) await wait(LOOK_MS);
  }
  for (const [name, compare] of Object.entries(COMPARISONS)) {
    const found = await compare(run);
    if (found.length > 0) faults[name] = [`${found.length} faults, CHAOS_SEED=${SEED}`, ...found.slice(0, SHOWN)];
  }
  return faults;
}

function refusedOtherwise({ load }: Run): string[] {
  const isAllowed = (refusal: string) => ['connection', '503 UNAVAILABLE, Retry-After'].includes(refusal);
  return [...load.refusals].filter(([refusal]) => !isAllowed(refusal)).map(([refusal, n]) => `${n} times ${refusal}`);
}

async function stillOpen({ installation }: Run): Promise<string[]> {
  const [open] = await installation.server.query<Record<string, number>>(
    `select (select count(*)::int from business_events where fanned_out_at is null) as events,
       (select count(*)::int from deliveries where finished_at is null) as deliveries,
       (select count(*)::int from webhook_request_logs where finished_at is null) as requests,
       (select count(*)::int from webhook_slots) as slots`,
  );
  const left = Object.entries(open ?? {}).filter(([, n]) => n > 0);
  if (left.length > 0) return left.map(([what, n]) => `${n} ${what}`);
  return (await strays(installation.app)).map(({ id, what }) => `${id}: ${what}`);
}

async function eventsAndRows({ installation, load }: Run): Promise<string[]> {
  const rows = await installation.server.query<{ reference: string; ids: string[]; key: string | null }>(
    `select e.reference_document as reference, array_agg(e.id::text) as ids, min(k.event_id::text) as key
     from business_events e left join idempotency_keys k on k.key = e.reference_document
     where e.request_id is null group by 1`,
  );
  const kept = new Map(rows.map((row) => [row.reference, row]));
  return [...load.events].flatMap(([reference, id]) => {
    const uuid = uuidOf('BusinessEvent', id);
    const row = kept.get(reference);
    if (row?.ids.length === 1 && row.ids[0] === uuid && row.key === uuid) return [];
    return [`${reference} was acknowledged as ${uuid}, there is ${JSON.stringify(row)}`];
  });
}

async function callsAndRows({ installation, load }: Run): Promise<string[]> {
  const rows = await installation.server.query<{ number: string; events: number }>(
    `select convert_from(p.body, 'UTF8')::json ->> 'number' as number, count(*)::int as events
     from business_events e join payloads p on p.id = e.payload_id where e.request_id is not null group by 1`,
  );
  const kept = new Map(rows.map((row) => [row.number, row.events]));
  const twice = rows.filter((row) => row.events > 1).map((row) => `${row.number} became ${row.events} events`);
  const lost = [...load.calls].filter((number) => !kept.has(number)).map((number) => `${number} is not there`);
  return [...twice, ...lost];
}

function acknowledgedAndReceived({ installation, load }: Run): string[] {
  const received = new Set(installation.partner.calls.map(({ body }) => JSON.parse(body.toString()).data.name));
  return [...load.events.keys()].filter((each) => !received.has(each)).map((each) => `${each} did not arrive`);
}

async function receivedAndAttempts({ installation }: Run): Promise<string[]> {
  const arrived = new Map<string, number>();
  for (const { headers } of installation.partner.calls) {
    const id = uuidOf('Delivery', String(headers['webhook-id'])) ?? String(headers['webhook-id']);
    arrived.set(id, (arrived.get(id) ?? 0) + 1);
  }
  const rows = await installation.server.query<{ id: string; status: string; succeeded: number; numbers: number[] }>(
    `select d.id, d.status, count(*) filter (where r.status = 'SUCCEEDED')::int as succeeded,
       array_agg(r.attempt_number order by r.attempt_number) as numbers
     from deliveries d join webhook_request_logs r on r.delivery_id = d.id group by d.id, d.status`,
  );
  const known = new Set(rows.map(({ id }) => id));
  const strange = [...arrived.keys()].filter((id) => !known.has(id)).map((id) => `${id} arrived and is not there`);
  const wrong = rows.flatMap(({ id, status, succeeded, numbers }) => {
    const calls = arrived.get(id) ?? 0;
    const isInOrder = numbers.every((number, n) => number === n + 1);
    const isRight = status === 'DELIVERED' && succeeded === 1 && isInOrder && calls > 0 && calls <= numbers.length;
    return isRight ? [] : [`${id} is ${status}, ${succeeded} succeeded of ${numbers.join()}, ${calls} arrived`];
  });
  return [...strange, ...wrong];
}

async function rowsAndCounts({ installation }: Run): Promise<string[]> {
  const grains = [1, 15, 60, 1440].map((grain) => [grain, false] as const);
  const detailed = [15, 60, 1440].map((grain) => [grain, true] as const);
  const faults = [...grains, ...detailed].map(async ([grain, isDetailed]) => {
    const rows = await installation.server.query<Record<string, unknown>>(
      `select * from (
         select direction, status, count(*)::int as requests, count(*) filter (where attempt_number > 1)::int as retries
         from webhook_request_logs where finished_at is not null group by 1, 2) as kept
       full join (
         select s.direction, s.status, sum(c.requests)::int as requests, sum(c.retries)::int as retries
         from request_stats c join request_stats_series s on s.id = c.series_id
         where c.grain = $1 and s.detailed = $2 group by 1, 2) as counted using (direction, status)
       where (kept.requests, kept.retries) is distinct from (counted.requests, counted.retries)`,
      [grain, isDetailed],
    );
    return rows.map((row) => `${grain} min, ${isDetailed ? 'detailed' : 'all'}: ${JSON.stringify(row)}`);
  });
  return (await Promise.all(faults)).flat();
}

async function rowsAndIndex({ installation }: Run): Promise<string[]> {
  const rows = await installation.server.query<{ id: string; what: string }>(
    `select coalesce(r.id, i.id)::text as id, case when i.id is null then 'not indexed' else 'indexed otherwise' end as what
     from (select id, status from webhook_request_logs where finished_at is not null) as r
     full join request_index i on i.id = r.id
     where i.id is null or r.id is null or i.outcome not in (r.status)
       and not exists (select from webhook_request_logs l where l.id = r.id and l.error_code = i.outcome)`,
  );
  return rows.map(({ id, what }) => `${id} is ${what}`);
}

/** Outgoing requests are opened and closed, incoming ones are closed when they come. */
async function rowsAndFeed({ installation }: Run): Promise<string[]> {
  const rows = await installation.server.query<Record<string, unknown>>(
    `select coalesce(r.id, c.id)::text as id, r.direction, c.opened, c.closed from webhook_request_logs r
     full join (
       select of.id, count(*) filter (where kind = 'OPENED')::int as opened,
         count(*) filter (where kind = 'CLOSED')::int as closed
       from request_changes, unnest(request_ids) as of (id) group by 1) as c on c.id = r.id
     where r.id is null or c.closed is distinct from 1
       or c.opened is distinct from case r.direction when 'OUTGOING' then 1 else 0 end`,
  );
  return rows.map((row) => JSON.stringify(row));
}

async function rowsAndTail({ installation, tail }: Run): Promise<string[]> {
  const rows = await installation.server.query<{ id: string }>('select id from webhook_request_logs');
  const unseen = rows.filter(({ id }) => !tail.closed.has(id)).map(({ id }) => `${id} was not told`);
  return [...tail.faults, ...unseen];
}

async function rowsAndExport({ installation }: Run): Promise<string[]> {
  const exported = await fetchExport(installation.app, await requestExport(installation.app));
  const lines = linesOf(exported.text).map(({ id, status }) => `${uuidOf('WebhookRequestLog', id)} ${status}`);
  const rows = await installation.server.query<{ line: string }>(
    `select id::text || ' ' || status as line from webhook_request_logs`,
  );
  const [inFile, inTable] = [new Set(lines), new Set(rows.map(({ line }) => line))];
  return [
    ...(inFile.size === lines.length ? [] : ['the file has a line twice']),
    ...[...inTable].filter((line) => !inFile.has(line)).map((line) => `${line} is not in the file`),
    ...[...inFile].filter((line) => !inTable.has(line)).map((line) => `${line} is in the file alone`),
  ];
}

function secretsInLog({ installation }: Run): string[] {
  const { ENCRYPTION_KEY, ADMIN_API_KEY, DATABASE_URL } = installation.env;
  const secrets = { ENCRYPTION_KEY, ADMIN_API_KEY, password: new URL(DATABASE_URL as string).password };
  const output = installation.output();
  return Object.entries(secrets)
    .filter(([, secret]) => secret && output.includes(secret))
    .map(([name]) => `the log has the ${name}`)
    .concat(/secretKey/.test(output) ? ['the log has the secretKey of a connection'] : []);
}
