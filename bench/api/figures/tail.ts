// From the commit of a row to those who watch.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { newId, toNodeId } from '../../../src/ids';
import { clockMs } from '../../clock';
import { type Percentiles, percentilesOf } from '../../numbers';
import { ask } from '../dashboard/ask';
import type { Database } from '../database';
import type { Target } from '../load';

const SUBSCRIBERS = 100;
const PER_SECOND = 200;
/** An API key may watch over 20 connections at once. */
const SUBSCRIBERS_PER_KEY = 20;
const WRITERS = 4;
/** A request is over so long after it began. */
const OPEN_MS = 50;
const LATEST_MS = 10_000;

export interface Tail {
  /** Each subscriber counts for itself. */
  latencyMs: Percentiles;
  /** Openings and closings. */
  changes: number;
  rowsPerSecond: number;
  subscribers: number;
}

const WATCH =
  'subscription { webhookRequestLogChanged { kind dropped webhookRequestLog { id status referenceDocument startedAt } } }';

/** @throws Error when a subscriber misses a change: a tail that loses some is no tail */
export async function measureTail(database: Database, target: Target, seconds: number): Promise<Tail> {
  const child = fork(join(__dirname, '../tail-process.mts'), { execArgv: [], serialization: 'advanced' });
  try {
    const keys = await makeKeys(target, Math.ceil(SUBSCRIBERS / SUBSCRIBERS_PER_KEY));
    const { port } = new URL(target.url);
    child.send({
      port: Number(port),
      path: '/graphql/stream',
      keys: Array.from({ length: SUBSCRIBERS }, (_, index) => keys[Math.floor(index / SUBSCRIBERS_PER_KEY)]),
      body: JSON.stringify({ query: WATCH }),
    });
    await answerOf(child);
    await writeRows(database, 1);
    await wait(LATEST_MS / 10);
    await take(child);
    const committed = await writeRows(database, seconds);
    return { ...(await untilAllArrived(child, committed)), rowsPerSecond: rateOf(committed), subscribers: SUBSCRIBERS };
  } finally {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }
}

function rateOf(committed: Map<string, number>): number {
  const opened = [...committed].filter(([key]) => key.startsWith('OPENED')).map(([, at]) => at);
  return (1000 * (opened.length - 1)) / (Math.max(...opened) - Math.min(...opened));
}

interface Taken {
  arrivals: Map<string, number[]>;
  dropped: number;
}

async function untilAllArrived(child: ChildProcess, committed: Map<string, number>) {
  const arrivals = new Map<string, number[]>();
  const end = Date.now() + LATEST_MS;
  let missing: number;
  do {
    await wait(200);
    const taken = await take(child);
    if (taken.dropped > 0) throw new Error(`${taken.dropped} changes were dropped`);
    for (const [key, times] of taken.arrivals) arrivals.set(key, [...(arrivals.get(key) ?? []), ...times]);
    missing = [...committed.keys()].reduce((sum, key) => sum + SUBSCRIBERS - (arrivals.get(key)?.length ?? 0), 0);
  } while (missing > 0 && Date.now() < end);
  if (missing !== 0) throw new Error(`${missing} changes did not arrive, or came twice where it is less than 0`);
  const delays = [...committed].flatMap(([key, at]) => (arrivals.get(key) as number[]).map((time) => time - at));
  return { latencyMs: percentilesOf(delays), changes: committed.size };
}

/** Requests at a steady rate, each opened and closed in a transaction of its own. @returns when each COMMIT was sent */
async function writeRows({ sql, servingUrl }: Database, seconds: number): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ webhookId: string; userId: string }>(
    `select id as "webhookId", owner_id as "userId" from webhooks order by id limit 50`,
  );
  const committed = new Map<string, number>();
  const count = PER_SECOND * seconds;
  const start = clockMs();
  let next = 0;
  const writer = async () => {
    const client = new Client({ connectionString: servingUrl, application_name: 'bench writer' });
    await client.connect();
    const commit = async (key: string, text: string, values: unknown[]) => {
      await client.query('begin');
      await client.query({ name: text.slice(0, 6), text, values });
      committed.set(key, clockMs());
      await client.query('commit');
    };
    const closing: { id: string; at: number }[] = [];
    const close = async () => {
      const { id } = closing.shift() as { id: string };
      await commit(`CLOSED ${toNodeId('WebhookRequestLog', id)}`, CLOSE, [id]);
    };
    try {
      while (next < count) {
        const due = start + (1000 * next) / PER_SECOND;
        if (closing[0] && closing[0].at <= clockMs()) {
          await close();
        } else if (due > clockMs()) {
          await wait(1);
        } else {
          const { webhookId, userId } = rows[next % rows.length] as (typeof rows)[0];
          next += 1;
          const id = newId();
          await commit(`OPENED ${toNodeId('WebhookRequestLog', id)}`, OPEN, [id, webhookId, userId]);
          closing.push({ id, at: clockMs() + OPEN_MS });
        }
      }
      while (closing.length > 0) await close();
    } finally {
      await client.end();
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return committed;
}

const OPEN = `insert into webhook_request_logs (id, webhook_id, user_id, direction, status, document_type, event,
    reference_document, attempt_number, duplicate, method, url, started_at)
  values ($1::uuid, $2::uuid, $3::uuid, 'OUTGOING', 'PENDING', 'Sales Invoice', 'on_submit', 'SINV-LIVE', 1, false, 'POST',
    'https://partner-1.example.com/hooks/live', to_timestamp(('x' || translate(left($1::text, 13), '-', ''))::bit(48)::bigint / 1000.0))`;
const CLOSE = `update webhook_request_logs set status = 'SUCCEEDED', finished_at = date_trunc('milliseconds', clock_timestamp()),
    duration_ms = ${OPEN_MS}, response_status = 200 where id = $1 and finished_at is null`;

async function makeKeys(target: Target, count: number): Promise<string[]> {
  const { viewer } = await ask<{ viewer: { id: string } }>(target, '{ viewer { id } }');
  const keys: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { createApiKey } = await ask<{ createApiKey: { token: string | null; userErrors: object[] } }>(
      target,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token userErrors { message } } }',
      { input: { userId: viewer.id, label: `bench watcher ${n}` } },
    );
    if (!createApiKey.token) throw new Error(`no API key was made: ${JSON.stringify(createApiKey.userErrors)}`);
    keys.push(createApiKey.token);
  }
  return keys;
}

async function take(child: ChildProcess): Promise<Taken> {
  child.send('take');
  return (await answerOf(child)) as Taken;
}

function answerOf(child: ChildProcess): Promise<object> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the process that watches ended'));
    child.once('exit', onExit);
    child.once('message', (message: object) => {
      child.off('exit', onExit);
      if ('fault' in message) reject(new Error(String(message.fault)));
      else resolve(message);
    });
  });
}
