// Puts closed requests, events, decisions and audit entries into the tree of the sealed log, and signs its head.
import type { DataSource } from 'typeorm';
import { currentTime } from '../clock';
import { SEALING } from '../database/pools';
import type { HeadMemory } from '../evidence/head-memory';
import { SealingStopped } from '../evidence/known-head';
import { destroyRetiredKeys } from '../evidence/rotate-key';
import { checkHeads, seal } from '../evidence/seal';
import { deleteStop, reportStop } from '../evidence/sealing-stop.store';
import { sealingState } from '../evidence/tree.store';
import type { Keyring } from '../keyring/keyring';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import { pipelinedTransactions } from '../sql/transactions';
import { batched } from '../sql/wire/batched-statements';

const REST_MS = 1_000;

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
  let stopped: SealingStopped | null = null;

  async function stop(fault: SealingStopped): Promise<void> {
    const { code, message, checkpoint } = fault;
    const { reporter } = memory;
    await reportStop(source.manager, { reporter, code, message, checkpoint, since: currentTime() });
    compared = undefined;
    if (stopped?.message === message) return;
    stopped = fault;
    log.error({ code, reporter }, `nothing is sealed: ${message} docs/evidence.md says what to do`);
  }

  async function goOn(signedSize: number | null): Promise<void> {
    // also what this process reported before it was started again
    if (compared === undefined) await deleteStop(source.manager, memory.reporter);
    compared = signedSize;
    if (stopped === null) return;
    stopped = null;
    log.info('sealing again');
  }

  return startLoop('sealing', restUntilCommit(REST_MS, commits), log, async () => {
    const { hasUnsealed, signedSize } = await sealingState(batched(source.manager));
    if (!hasUnsealed && compared === signedSize) return false;
    try {
      if (hasUnsealed) {
        const isFull = await seal(transaction, keyring, host, memory);
        if (isFull) return true;
      } else if (!(await transaction((db) => checkHeads(db, memory)))) {
        return false;
      }
      await goOn(hasUnsealed && compared !== undefined ? compared : signedSize);
      return false;
    } catch (error) {
      if (!(error instanceof SealingStopped)) throw error;
      await stop(error);
      // what it waits for may be a file
      return REST_MS;
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
