// Beside the queue: carries out replays, step by step.

import type { DeliveryQueue } from '../delivery/queue/queue';
import { toNodeId } from '../ids';
import type { Log } from '../log';
import { type Loop, startLoop } from '../loop';
import { isDatabaseUnavailable } from '../sql/database-errors';
import type { Db } from '../sql/db';
import { claimDueReplay, nextStepInMs, postponeStep } from './replay.store';
import { stepReplay } from './replay-step';

const REST_MS = 1_000;
/** A step that is due and was not to be had is another worker's at this moment. */
const LEAST_REST_MS = 50;
const FAILED_REST_MS = 10_000;
const FAILED = 'The last step failed, and is tried again every 10 s. The log of the worker says why.';

export interface ReplayParts {
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  queue: DeliveryQueue;
  log: Log;
  /** Called after deliveries became due. */
  onReplayed(): void;
}

export function startReplayLoop(parts: ReplayParts): Loop {
  return startLoop('replay', REST_MS, parts.log, async () => {
    if (await makeStep(parts)) {
      parts.onReplayed();
      return true;
    }
    const dueInMs = await parts.transaction(nextStepInMs);
    return dueInMs === null ? REST_MS : Math.min(REST_MS, Math.max(LEAST_REST_MS, dueInMs));
  });
}

// One replay whose steps fail must not stand in the way of the others.
async function makeStep({ transaction, queue, log }: ReplayParts): Promise<boolean> {
  let claimed: string | null = null;
  try {
    return await transaction(async (db) => {
      const replay = await claimDueReplay(db);
      if (!replay) return false;
      claimed = replay.id;
      await stepReplay(db, queue, replay);
      return true;
    });
  } catch (error) {
    const id = claimed as string | null;
    if (id === null || isDatabaseUnavailable(error)) throw error;
    log.error({ err: error, replay: toNodeId('Replay', id) }, 'a step of a replay failed');
    await transaction((db) => postponeStep(db, id, FAILED_REST_MS, FAILED));
    return false;
  }
}
