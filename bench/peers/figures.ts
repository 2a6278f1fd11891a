import { setTimeout as wait } from 'node:timers/promises';
import { clockMs } from '../clock';
import { callAtRate, callFlatOut } from '../load';
import { percentilesOf, ratePerSecond } from '../numbers';
import { cpuMsOfFamily, residentMb } from '../process-use';
import type { Arrivals, Arrived, Batch } from './arrivals';
import type { System } from './systems/system';

const CONNECTIONS = 32;
const UNDER_WAY = 2_000;
/** A rate is kept up if everything has arrived so long after the last call was due. */
const LATE_MS = 1_000;

export interface FlatOut {
  perSecond: number;
  /** For an event; null: no process ids were given. */
  cpuUs: number | null;
  lost: number;
}

export interface Steady {
  p50: number;
  p95: number;
  keepsUp: boolean;
  cpuUs: number | null;
  lost: number;
}

export async function measureFlatOut(system: System, arrivals: Arrivals, events: number): Promise<FlatOut> {
  const batch = arrivals.startBatch();
  const { result, cpuUs } = await withCpu(system, events, () => publishFlatOut(system, batch, events));
  return { perSecond: ratePerSecond(result.times), cpuUs, lost: result.lost };
}

async function publishFlatOut(system: System, batch: Batch, events: number): Promise<Arrived> {
  await callFlatOut(events, CONNECTIONS, async () => {
    while (batch.missing() >= UNDER_WAY) await wait(2);
    await system.publish(batch.next());
  });
  return batch.arrived();
}

export async function measureSteady(
  system: System,
  arrivals: Arrivals,
  rate: { perSecond: number; seconds: number },
): Promise<Steady> {
  const batch = arrivals.startBatch();
  const end = clockMs() + 1000 * rate.seconds;
  const { result, cpuUs } = await withCpu(system, rate.perSecond * rate.seconds, async () => {
    await callAtRate(rate, (at) => system.publish(batch.next(at)));
    return batch.arrived();
  });
  const { p50, p95 } = percentilesOf(result.delaysMs);
  const keepsUp = result.lost === 0 && (result.times.at(-1) ?? Number.POSITIVE_INFINITY) < end + LATE_MS;
  return { p50, p95, keepsUp, cpuUs, lost: result.lost };
}

/** 200/s to the endpoint that answers, while so many wait for the one that does not. */
export async function measureStuck(
  system: System,
  arrivals: Arrivals,
  { stuck, seconds }: { stuck: number; seconds: number },
): Promise<Steady> {
  // numbers that no batch counts: the receiver does not note their calls
  let number = 1e9;
  await callFlatOut(stuck, CONNECTIONS, () => {
    number += 1;
    return system.publishStuck(number);
  });
  return measureSteady(system, arrivals, { perSecond: 200, seconds });
}

export interface Idle {
  cpuMsPerSecond: number | null;
  memoryMb: number | null;
}

const SETTLE_MS = 10_000;

export async function measureIdle(system: System, seconds: number): Promise<Idle> {
  await wait(SETTLE_MS);
  const { cpuUs } = await withCpu(system, seconds, () => wait(1000 * seconds));
  const memory = await Promise.all(system.pids.map(residentMb));
  return { cpuMsPerSecond: cpuUs === null ? null : cpuUs / 1000, memoryMb: sumOf(memory) };
}

/** One after the other. @returns milliseconds */
export async function measureLists(system: System, lists: number): Promise<{ p50: number; p95: number }> {
  const times: number[] = [];
  while (times.length < lists) {
    const begun = clockMs();
    const found = await system.lastAttempts();
    times.push(clockMs() - begun);
    if (found === 0) throw new Error(`${system.name} lists no attempts`);
  }
  return percentilesOf(times);
}

export interface Crash {
  lost: number;
  doubled: number;
  slowestMs: number;
}

/** Of so many events, while which the worker is killed once. */
export async function measureCrash(system: System, arrivals: Arrivals, events: number): Promise<Crash | null> {
  const { crash } = system;
  if (crash === null) return null;
  const batch = arrivals.startBatch();
  // where the worker also has the API, it refuses calls meanwhile
  const patient = { ...system, publish: (number: number) => untilAccepted(() => system.publish(number)) };
  const publishing = publishFlatOut(patient, batch, events);
  publishing.catch(() => undefined); // waited for below
  while (batch.missing() < 1 && events > 0) await wait(1);
  await wait(500);
  await crash();
  const { lost, doubled, delaysMs } = await publishing;
  return { lost, doubled, slowestMs: Math.max(...delaysMs) };
}

const RETRY_MS = 100;
const RETRY_FOR_MS = 60_000;

/** Publishes an event again, with the same key, until it is accepted. */
async function untilAccepted(publish: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + RETRY_FOR_MS; ; await wait(RETRY_MS)) {
    const error = await publish().then(
      () => null,
      (reason: Error) => reason,
    );
    if (error === null) return;
    if (Date.now() > end) throw error;
  }
}

async function withCpu<Result>(system: System, count: number, work: () => Promise<Result>) {
  const before = await cpuOf(system);
  const result = await work();
  const after = await cpuOf(system);
  return { result, cpuUs: before === null || after === null ? null : (1000 * (after - before)) / count };
}

async function cpuOf({ pids, storePids }: System): Promise<number | null> {
  return sumOf(await Promise.all([...pids, ...storePids].map(cpuMsOfFamily)));
}

/** null: nothing is known, or not of all. */
function sumOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0);
}
