import type { Attempt } from '../../src/delivery/attempt/attempt';
import { createFirstAttempts, type FirstAttemptSender } from '../../src/delivery/attempt/open-first-attempts';
import { startWorkerLeases, type WorkerLeases } from '../../src/delivery/attempt/worker-leases';
import { createDueJobs, type DueJobs } from '../../src/delivery/capacity/due-jobs';
import { createWorkerCapacity, type WorkerCapacity } from '../../src/delivery/capacity/worker-capacity';
import { createDirectFanOut, type StoppableDirectFanOut } from '../../src/delivery/fan-out/direct-fan-out';
import { createFanOut } from '../../src/delivery/fan-out/fan-out';
import type { FirstAttempts, Opening } from '../../src/delivery/fan-out/first-attempts';
import { createWebhookDirectory } from '../../src/delivery/fan-out/webhook-directory';
import { WHOLE } from '../../src/sql/hash-part';
import { ALL_IDS, type Parts } from './worker-parts';

/** The part of a worker that opens first attempts, step by step. */
export interface Direct {
  firstAttempts: FirstAttempts;
  leases: WorkerLeases;
  capacity: WorkerCapacity;
  dueJobs: DueJobs;
  /** What was given to the sender, unless there is a real one. */
  sent: Attempt[];
  handedBack: Attempt[];
  /** What publishers of this process use. Before `fanOut`, it knows no webhooks. */
  directFanOut: StoppableDirectFanOut;
  /** How often it gave deliveries jobs. */
  queued(): number;
  /** What a relay would have found when it looked last. @param forMs how long events have waited; null: none does */
  leaveOutbox(forMs: number | null): void;
  /** One transaction of the fan-out that opens attempts, as far as its commit. @returns what to do when it has ended */
  fanOut(): Promise<Pick<Opening, 'committed' | 'mayHaveCommitted'>>;
  stop(): Promise<void>;
}

/** Default: those of a real worker. */
export interface Slots {
  slots?: number;
  maxWaitForSlotsMs?: number;
}

/** @param worker null: nothing is sent */
export function startDirect(
  parts: Parts,
  worker: FirstAttemptSender | null,
  { slots, maxWaitForSlotsMs }: Slots = {},
): Direct {
  const sent: Attempt[] = [];
  const handedBack: Attempt[] = [];
  const capacity = createWorkerCapacity(slots);
  const dueJobs = createDueJobs();
  dueJobs.taken(dueJobs.mark(), 0, true);
  const leases = startWorkerLeases({ ...parts, onTakenOver: () => undefined });
  const firstAttempts = createFirstAttempts({
    keyring: parts.keyring,
    readEvidenceHead: parts.readEvidenceHead,
    capacity,
    dueJobs,
    leases,
    maxWaitForSlotsMs,
    worker: worker ?? {
      send: (attempts) => void sent.push(...attempts),
      handBack: (attempts) => void handedBack.push(...attempts),
    },
  });
  // ends the transaction as the test says
  let opening: Opening | null = null;
  const held: FirstAttempts = {
    ...firstAttempts,
    begin() {
      const own = firstAttempts.begin();
      opening = own;
      return { ...own, committed: () => undefined };
    },
  };
  const directory = createWebhookDirectory();
  const fanOut = createFanOut({ ...parts.fanOutParts, directory, firstAttempts: held });
  let queued = 0;
  let behindSince: number | null = null;
  const directFanOut = createDirectFanOut({
    directory,
    firstAttempts,
    behindSince: () => behindSince,
    onQueued: () => {
      queued += 1;
    },
  });
  return {
    firstAttempts,
    leases,
    capacity,
    dueJobs,
    sent,
    handedBack,
    directFanOut,
    queued: () => queued,
    leaveOutbox(forMs) {
      behindSince = forMs === null ? null : performance.now() - forMs;
    },
    async fanOut() {
      await fanOut(WHOLE, ALL_IDS);
      return opening as unknown as Opening;
    },
    stop: leases.stop,
  };
}
