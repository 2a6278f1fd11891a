// Runs the steps of replays.

import { toNodeId } from '../ids';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import { isDatabaseUnavailable } from '../sql/database-errors';
import type { Db } from '../sql/db';
import { batched } from '../sql/wire/batched-statements';
import { withEvaluations } from './evaluate-skipped';
import { claimDueReplay, nextStepInMs, postponeStep } from './replay.store';
import { stepReplay } from './replay-step';

const REST_MS = 1_000;
/** While another worker runs the step that is due. */
const MIN_REST_MS = 50;
const RETRY_MS = 10_000;
const FAILED = 'The last step failed and is retried every 10 s. The log of the worker has the reason.';

export interface ReplayParts {
  /** For reads without a transaction. */
  db: Db;
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  log: Log;
  /** undefined: replays are looked for once a second. */
  commits?: Commits;
  /** Called after deliveries became due. */
  onReplayed(): void;
}

export function startReplayLoop(parts: ReplayParts): Loop {
  return startLoop('replay', restUntilCommit(REST_MS, parts.commits), parts.log, async () => {
    const dueInMs = await nextStepInMs(batched(parts.db));
    if (dueInMs === null) return false;
    if (dueInMs > 0) return Math.min(REST_MS, Math.max(MIN_REST_MS, dueInMs));
    if (!(await runStep(parts))) return MIN_REST_MS;
    parts.onReplayed();
    return true;
  });
}

// A replay whose steps fail must not delay the others.
async function runStep({ db, transaction, log }: ReplayParts): Promise<boolean> {
  let claimed: string | null = null;
  try {
    const { stepped } = await withEvaluations(db, (evaluations, isLast) =>
      transaction(async (own) => {
        const replay = await claimDueReplay(own, claimed);
        if (!replay) return { stepped: false };
        claimed = replay.id;
        return stepReplay(own, { viewer: null, evaluations, isLast }, replay);
      }),
    );
    return stepped;
  } catch (error) {
    const id = claimed as string | null;
    if (id === null || isDatabaseUnavailable(error)) throw error;
    log.error({ err: error, replay: toNodeId('Replay', id) }, 'a step of a replay failed');
    await transaction((own) => postponeStep(own, id, RETRY_MS, FAILED));
    return false;
  }
}
