import { setTimeout as wait } from 'node:timers/promises';
import { clockMs } from '../clock';
import { callAtRate, callFlatOut } from '../load';
import { percentilesOf, ratePerSecond } from '../numbers';
import { residentMb } from '../process-use';
import type { Arrivals, Arrived, Batch } from './arrivals';
import { cpuWhenIdle, sumOf, withCpu } from './cpu';
import type { System } from './systems/system';

const CONNECTIONS = 32;
const UNDER_WAY = 2_000;
/** A rate is kept up if everything has arrived so long after the last call was due. */
const LATE_MS = 1_000;

/** How many events went wrong. */
export type Faults = Pick<Arrived, 'lost' | 'refused' | 'doubled'>;

export interface Cpu {
  /** For an event; null: no process ids were given. */
  cpuUs: number | null;
}

export interface FlatOut extends Faults {
  perSecond: number;
}

export interface Steady extends Faults {
  p50: number;
  p95: number;
  keepsUp: boolean;
}

interface Rate {
  perSecond: number;
  seconds: number;
}

export async function measureFlatOut(system: System, arrivals: Arrivals, events: number): Promise<FlatOut & Cpu> {
  const batch = arrivals.startBatch();
  const { cpuUs } = await withCpu(system, events, () => publishFlatOut(system, batch, events));
  // with those that came a second time since
  const result = await batch.arrived(0);
  return { perSecond: ratePerSecond(result.times), cpuUs, ...faultsOf(result) };
}

async function publishFlatOut(system: System, batch: Batch, events: number): Promise<Arrived> {
  await callFlatOut(events, CONNECTIONS, async () => {
    while (batch.missing() >= UNDER_WAY) await wait(2);
    await publishOne(system, batch);
  });
  return batch.arrived();
}

/** Never fails: an event that one system does not accept must not end the figure. */
async function publishOne(system: System, batch: Batch, at?: number): Promise<void> {
  const number = batch.next(at);
  await system.publish(number).catch((error: Error) => {
    if (batch.refuse(number) === 1) console.error(`${system.name} refused an event: ${error.message}`);
  });
}

const faultsOf = ({ lost, refused, doubled }: Arrived): Faults => ({ lost, refused, doubled });

export async function measureSteady(system: System, arrivals: Arrivals, rate: Rate): Promise<Steady & Cpu> {
  const events = rate.perSecond * rate.seconds;
  const { result, cpuUs } = await withCpu(system, events, () => publishSteadily(system, arrivals, rate));
  return { ...result, cpuUs };
}

async function publishSteadily(system: System, arrivals: Arrivals, rate: Rate): Promise<Steady> {
  const batch = arrivals.startBatch();
  const end = clockMs() + 1000 * rate.seconds;
  await callAtRate(rate, (at) => publishOne(system, batch, at));
  const result = await batch.arrived();
  const { p50, p95 } = percentilesOf(result.delaysMs);
  const arrivedInTime = (result.times.at(-1) ?? Number.POSITIVE_INFINITY) < end + LATE_MS;
  return { p50, p95, keepsUp: result.lost + result.refused === 0 && arrivedInTime, ...faultsOf(result) };
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
  return publishSteadily(system, arrivals, { perSecond: 200, seconds });
}

export interface Idle {
  cpuMsPerSecond: number | null;
  memoryMb: number | null;
}

export async function measureIdle(system: System, seconds: number): Promise<Idle> {
  const cpuMsPerSecond = await cpuWhenIdle(system, seconds);
  return { cpuMsPerSecond, memoryMb: sumOf(await Promise.all(system.pids.map(residentMb))) };
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

export interface Crash extends Faults {
  slowestMs: number;
}

/** Calls whose outcome was lost with the worker are made again later: Svix waits for 45 s. */
const AGAIN_MS = 60_000;
const KILL_AFTER_MS = 500;

/** Publishes so many events; the worker is killed once meanwhile. */
export async function measureCrash(system: System, arrivals: Arrivals, events: number): Promise<Crash | null> {
  const { crash } = system;
  if (crash === null) return null;
  const batch = arrivals.startBatch();
  // where the worker also has the API, it refuses calls meanwhile
  const patient = { ...system, publish: (number: number) => untilAccepted(() => system.publish(number)) };
  const publishing = publishFlatOut(patient, batch, events);
  publishing.catch(() => undefined); // waited for below
  await wait(KILL_AFTER_MS);
  await crash();
  await publishing;
  await wait(AGAIN_MS);
  const result = await batch.arrived(0);
  return { ...faultsOf(result), slowestMs: Math.max(...result.delaysMs) };
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
