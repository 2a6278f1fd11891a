import { createQueueBacklog, type QueueBacklog } from '../../src/delivery/capacity/queue-backlog';
import { createWorkerCapacity, type WorkerCapacity } from '../../src/delivery/capacity/worker-capacity';
import type { Attempt } from '../../src/delivery/engine/attempt';
import type { AttemptTransaction, FirstAttempts } from '../../src/delivery/engine/attempt-transaction';
import { createDirectFanOut, type StoppableDirectFanOut } from '../../src/delivery/engine/direct-fan-out';
import { createFanOut } from '../../src/delivery/engine/fan-out';
import { createWebhookDirectory } from '../../src/delivery/engine/matching-webhooks';
import { createFirstAttempts, type FirstAttemptSender } from '../../src/delivery/engine/open-first-attempts';
import { startWorkerLeases, type WorkerLeases } from '../../src/delivery/engine/worker-leases';
import { WHOLE } from '../../src/sql/index-lookup';
import { ALL_IDS, type Parts } from './worker-parts';

/** The part of a worker that opens first attempts, step by step. */
export interface Direct {
  firstAttempts: FirstAttempts;
  leases: WorkerLeases;
  capacity: WorkerCapacity;
  queueBacklog: QueueBacklog;
  /** What was given to the sender, unless there is a real one. */
  sent: Attempt[];
  handedBack: Attempt[];
  /** What publishers of this process use. Before `fanOut`, it knows no webhooks. */
  directFanOut: StoppableDirectFanOut;
  /** How often the worker was woken because deliveries got jobs. */
  queued(): number;
  /** What a relay would have found when it looked last. @param forMs how long events have waited; null: none does */
  leaveOutbox(forMs: number | null): void;
  /** One transaction of the fan-out that opens attempts, as far as its commit. @returns what to do when it has ended */
  fanOut(): Promise<Pick<AttemptTransaction, 'onCommit' | 'onUnknown'>>;
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
  let queued = 0;
  const capacity = createWorkerCapacity(slots);
  const queueBacklog = createQueueBacklog();
  queueBacklog.taken(queueBacklog.mark(), 0, true);
  const leases = startWorkerLeases({ ...parts, onTakenOver: () => undefined });
  const firstAttempts = createFirstAttempts({
    keyring: parts.keyring,
    readEvidenceHead: parts.readEvidenceHead,
    capacity,
    queueBacklog,
    leases,
    maxWaitForSlotsMs,
    worker: {
      send: (attempts) => void sent.push(...attempts),
      handBack: (attempts) => void handedBack.push(...attempts),
      ...worker,
      wake() {
        queued += 1;
        worker?.wake();
      },
    },
  });
  // ends the transaction as the test says
  let attempts: AttemptTransaction | null = null;
  const held: FirstAttempts = {
    ...firstAttempts,
    begin(webhooks) {
      const own = firstAttempts.begin(webhooks);
      attempts = own;
      return { ...own, onCommit: () => undefined };
    },
  };
  const directory = createWebhookDirectory();
  const fanOut = createFanOut({ ...parts.fanOutParts, directory, firstAttempts: held });
  let behindSince: number | null = null;
  const directFanOut = createDirectFanOut({
    directory,
    firstAttempts,
    behindSince: () => behindSince,
  });
  return {
    firstAttempts,
    leases,
    capacity,
    queueBacklog,
    sent,
    handedBack,
    directFanOut,
    queued: () => queued,
    leaveOutbox(forMs) {
      behindSince = forMs === null ? null : performance.now() - forMs;
    },
    async fanOut() {
      await fanOut(WHOLE, ALL_IDS);
      return attempts as unknown as AttemptTransaction;
    },
    stop: leases.stop,
  };
}
