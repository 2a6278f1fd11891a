import { setTimeout as wait } from 'node:timers/promises';
import { clockMs } from '../clock';
import { type Cost, type CpuTimes, startCounting } from '../cost';
import { type Percentiles, percentilesOf, ratePerSecond } from '../numbers';
import { untilFannedOut } from '../outbox';
import type { Kinds } from '../statements';
import type { Bench } from './bench';

export interface FullSpeed {
  acceptedPerSecond: number;
  waitMs: Percentiles;
  calls: number;
  /** After the last answer, until each event had been fanned out. */
  outboxBehindMs: number;
  /** Age of the oldest call that searches did not find yet when the last was answered. */
  indexBehindSeconds: number;
  /** How long it took from then on until they found all; null: longer than is waited. */
  indexedAfterMs: number | null;
  cost: Cost;
  /** As that of the cost, with the process that makes the load. */
  cpuUs: CpuTimes;
}

/** Kept alive; each calls when its last call was answered. */
export const CONNECTIONS = 128;

/** As fast as calls are answered, while the worker fans out, counts and indexes. */
export async function measureFullSpeed(bench: Bench, calls: number, seconds: number): Promise<FullSpeed> {
  const { installation, load, partner, tally } = bench;
  const costOf = await startCounting(bench, KINDS);
  const answers = await load.callAll(partner, tally.take(calls), CONNECTIONS, seconds);
  const end = clockMs();
  const cost = await costOf(answers.times.length);
  const indexBehindSeconds = await indexBehind(bench);
  await untilFannedOut(installation.sql);
  const outboxBehindMs = clockMs() - end;
  const indexedAfterMs = (await isIndexed(bench)) ? clockMs() - end : null;
  tally.note(answers);
  return {
    acceptedPerSecond: ratePerSecond(answers.times),
    waitMs: percentilesOf(answers.waitsMs.slice(Math.floor(answers.waitsMs.length / 10))),
    calls: answers.times.length,
    outboxBehindMs,
    indexBehindSeconds,
    indexedAfterMs,
    cost,
    cpuUs: { ...cost.cpuUs, load: (1000 * answers.cpuMs) / answers.times.length },
  };
}

async function indexBehind({ processes }: Bench): Promise<number> {
  const metrics = await (await fetch(`${processes.api.url}/metrics`)).text();
  return Number(/^hookledger_search_index_behind_seconds (\S+)/m.exec(metrics)?.[1] ?? Number.NaN);
}

const INDEX_LIMIT_MS = 60_000;

async function isIndexed(bench: Bench): Promise<boolean> {
  for (const end = Date.now() + INDEX_LIMIT_MS; Date.now() < end; await wait(200)) {
    if ((await indexBehind(bench)) === 0) return true;
  }
  return false;
}

const KINDS: Kinds = [
  [/from incoming_tokens/i, 'receive: where addresses lead'],
  [/incoming_ids/i, 'receive: ids of calls'],
  [/^with new_payloads.*'INCOMING'/is, 'receive: rows, payloads, events'],
  [/unrecorded_refusals/i, 'receive: unrecorded refusals'],
  [/business_events/i, 'worker: outbox'],
  [/request_stats/i, 'worker: counting'],
  [/request_index|request_words|request_changes|failed_requests/i, 'worker: indexing'],
  [/delivery_jobs/i, 'worker: queue'],
  [/notify/i, 'notify'],
  [/^(start transaction|begin|commit|rollback|set local)/i, 'begin and commit'],
];
