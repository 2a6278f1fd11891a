import { createInstallation } from '../installation';
import { sayer } from '../program';
import type { Receiver } from '../receiver-process';
import { type Arrivals, watchArrivals } from './arrivals';
import {
  type Cpu,
  type Crash,
  type FlatOut,
  type Idle,
  measureCrash,
  measureFlatOut,
  measureIdle,
  measureLists,
  measureSteady,
  measureStuck,
  type Steady,
} from './figures';
import type { Options, Part } from './options';
import type { Size } from './sizes';
import { connectConvoy } from './systems/convoy';
import { startHookledger } from './systems/hookledger';
import { connectOutpost } from './systems/outpost';
import { connectSvix } from './systems/svix';
import type { System } from './systems/system';

/** Of one system; those that are measured in rounds, one of each. */
export interface Figures {
  flatOut: (FlatOut & Cpu)[];
  at200: (Steady & Cpu)[];
  at1000: (Steady & Cpu)[];
  stuck: Steady | null;
  idle: Idle | null;
  lists: { p50: number; p95: number } | null;
  crash: Crash | null;
}

/** @param stops how to end each part, the last one first; filled as the parts start */
export async function measurePeers(
  receiver: Receiver,
  options: Options,
  stops: (() => Promise<unknown>)[],
): Promise<Map<string, Figures>> {
  const { size, parts } = options;
  const say = sayer();
  const arrivals = watchArrivals(receiver);
  stops.push(arrivals.stop);
  const systems = await connectAll(receiver, options, stops);
  const figures = new Map(systems.map(({ name }) => [name, none()]));
  const each: Each = async (what, measure) => {
    for (const system of systems) {
      say(`${what}: ${system.name}`);
      // what one system cannot do must not cost the figures of the others
      await measure(system, figures.get(system.name) as Figures).catch((error: Error) =>
        console.error(`${what}: ${system.name} failed: ${error.message}`),
      );
    }
  };
  await each('warming up', (system) => measureFlatOut(system, arrivals, size.warmUp));
  for (const part of parts) await measurePart[part](each, arrivals, size);
  return figures;
}

const measurePart: Record<Part, (each: Each, arrivals: Arrivals, size: Size) => Promise<void>> = {
  async rounds(each, arrivals, size) {
    for (let round = 1; round <= size.rounds; round += 1) await measureRound(each, arrivals, size, round);
  },
  idle: (each, _, size) =>
    each('idle', async (system, of) => {
      of.idle = await measureIdle(system, size.idleSeconds);
    }),
  lists: (each, _, size) =>
    each('the last 25 attempts', async (system, of) => {
      of.lists = await measureLists(system, size.lists);
    }),
  stuck: (each, arrivals, size) =>
    each(`200/s beside ${size.stuck} stuck`, async (system, of) => {
      try {
        of.stuck = await measureStuck(system, arrivals, { stuck: size.stuck, seconds: size.stuckSeconds });
      } finally {
        await system.removeStuck();
      }
    }),
  crash: (each, arrivals, size) =>
    each('kill -9 of the worker', async (system, of) => {
      of.crash = await measureCrash(system, arrivals, size.crashed);
    }),
};

type Each = (what: string, measure: (system: System, of: Figures) => Promise<unknown>) => Promise<void>;

async function measureRound(each: Each, arrivals: Arrivals, size: Size, round: number): Promise<void> {
  const of = `round ${round} of ${size.rounds}`;
  await each(`200/s, ${of}`, async (system, { at200 }) => {
    at200.push(await measureSteady(system, arrivals, { perSecond: 200, seconds: size.steadySeconds }));
  });
  await each(`1,000/s, ${of}`, async (system, { at1000 }) => {
    at1000.push(await measureSteady(system, arrivals, { perSecond: 1_000, seconds: size.fastSeconds }));
  });
  await each(`${size.flatOut} flat out, ${of}`, async (system, { flatOut }) => {
    flatOut.push(await measureFlatOut(system, arrivals, size.flatOut));
  });
}

async function connectAll(
  receiver: Receiver,
  { arrangements, peers, convoyProject }: Options,
  stops: (() => Promise<unknown>)[],
): Promise<System[]> {
  const endpoints = { healthy: `${receiver.url}/hook`, stuck: `${receiver.url}/hang` };
  // ids of another run must not be taken for those of this one
  const run = Date.now().toString(36);
  const systems: System[] = [];
  for (const arrangement of arrangements) {
    const installation = await createInstallation();
    stops.push(installation.stop);
    systems.push(await startHookledger(installation, arrangement, endpoints));
  }
  if (peers.svix) systems.push(await connectSvix(peers.svix, run, endpoints));
  if (peers.outpost) systems.push(await connectOutpost(peers.outpost, run, endpoints));
  if (peers.convoy) systems.push(await connectConvoy(peers.convoy, run, endpoints, convoyProject));
  return systems;
}

const none = (): Figures => ({ flatOut: [], at200: [], at1000: [], stuck: null, idle: null, lists: null, crash: null });
