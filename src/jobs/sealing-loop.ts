// Puts closed requests, events, decisions and audit entries into the tree of the sealed log, and signs its head.
import type { DataSource } from 'typeorm';
import { currentTime } from '../clock';
import { makePartitions } from '../database/partitions';
import { SEALING } from '../database/pools';
import type { HeadMemory } from '../evidence/head-memory';
import { SealingStopped } from '../evidence/known-head';
import { destroyRetiredKeys } from '../evidence/rotate-key';
import { checkHeads } from '../evidence/seal';
import { createSealer, type LeftRow, leftRowsText } from '../evidence/sealer';
import { deleteStop, reportStop } from '../evidence/sealing-stop.store';
import { sealingState } from '../evidence/tree.store';
import type { Keyring } from '../keyring/keyring';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import { isUnrelatedToRows, isWithoutPartition, reasonOf } from '../sql/database-errors';
import { createNoteFailedTogether } from '../sql/sharing/failed-together';
import { pipelinedTransactions } from '../sql/transactions';
import { batched } from '../sql/wire/batched-statements';

const REST_MS = 1_000;

type Fault = Pick<SealingStopped, 'code' | 'message' | 'checkpoint'>;

/** @param host the beginning of the name of the evidence log, used when its key is made */
export function startSealing(
  source: DataSource,
  keyring: Keyring,
  { host, memory, commits }: { host: string; memory: HeadMemory; commits: Commits },
  log: Log,
): Loop {
  const transaction = pipelinedTransactions(source, SEALING);
  // the signed tree that this process has compared with the head that it keeps; undefined: none yet, or it is stopped
  let compared: number | null | undefined;
  // the message that was logged
  let said: string | null = null;
  const notTogether = createNoteFailedTogether('sealing', log);
  const sealer = createSealer({ db: source.manager, transaction, keyring, host, memory, notTogether });

  async function report({ code, message, checkpoint }: Fault): Promise<void> {
    const { reporter } = memory;
    await reportStop(source.manager, { reporter, code, message, checkpoint, since: currentTime() });
    compared = undefined;
    if (said === message) return;
    said = message;
    const what = code === 'ROWS' ? 'not all is sealed' : 'nothing is sealed';
    log.error({ code, reporter }, `${what}: ${message} docs/evidence.md says what to do`);
  }

  async function goOn(signedSize: number | null): Promise<void> {
    // also what this process reported before it was started again
    if (compared === undefined) await deleteStop(source.manager, memory.reporter);
    compared = signedSize;
    if (said === null) return;
    said = null;
    log.info('sealing again');
  }

  async function reportLeft(left: readonly LeftRow[]): Promise<void> {
    // the month of a row may have been made by hand
    if (left.some(({ error }) => isWithoutPartition(error))) await makePartitions(source.manager, 0);
    await report({ code: 'ROWS', message: leftRowsText(left), checkpoint: null });
  }

  return startLoop('sealing', restUntilCommit(REST_MS, commits), log, async () => {
    const { hasUnsealed, signedSize } = await sealingState(batched(source.manager));
    if (!hasUnsealed && compared === signedSize) return false;
    try {
      if (hasUnsealed) {
        if (await sealer.step()) return true;
        const left = sealer.left();
        if (left.length > 0) {
          await reportLeft(left);
          // nothing need be committed before they are tried again, and a report is forgotten after a minute
          return REST_MS;
        }
        // while another process has the tree, nothing was compared: what stopped this one may still hold
        if (said !== null && !(await transaction((db) => checkHeads(db, memory)))) return REST_MS;
      } else if (!(await transaction((db) => checkHeads(db, memory)))) {
        return false;
      }
      await goOn(hasUnsealed && compared !== undefined ? compared : signedSize);
      return false;
    } catch (error) {
      if (error instanceof SealingStopped) {
        await report(error);
        // what it waits for may be a file
        return REST_MS;
      }
      if (!isUnrelatedToRows(error)) {
        const message = `Sealing fails: ${reasonOf(error)}.`;
        await report({ code: 'FAILED', message, checkpoint: null });
      }
      throw error;
    }
  });
}

const HOUR_MS = 3_600_000;

/** Destroys the private halves of keys of the evidence that sign no more. */
export function startDestroyingKeys(source: DataSource, log: Log): Loop {
  const transaction = pipelinedTransactions(source, SEALING);
  return startLoop('destroying keys', HOUR_MS, log, async () => {
    await transaction(destroyRetiredKeys);
    return false;
  });
}
