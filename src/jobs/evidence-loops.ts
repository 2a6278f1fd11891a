// Puts closed requests, events, decisions and audit entries into the tree of the sealed log, and signs its head.
import type { DataSource } from 'typeorm';
import { makePartitions } from '../database/partitions';
import { SEALING } from '../database/pools';
import { createSender } from '../delivery/http/send';
import { createAnchoring } from '../evidence/anchors/anchor-heads';
import type { Authority } from '../evidence/anchors/time-stamp';
import type { Witness } from '../evidence/anchors/witness';
import { type HeadMemory, SealingStopped } from '../evidence/known-head';
import { destroyRetiredKeys } from '../evidence/rotate-key';
import { checkHeads } from '../evidence/seal';
import { createSealer, type LeftRow, leftRowsText } from '../evidence/sealer';
import { deleteStop, reportStop } from '../evidence/sealing-stop.store';
import { sealingState } from '../evidence/tree.store';
import type { Trust } from '../evidence/verifying/tree/check-tree';
import { hasOpenRuns } from '../evidence/verifying/verification-run.store';
import { verifyNext } from '../evidence/verifying/verify-run';
import type { Keyring } from '../keyring/keyring';
import { createFaultLog, type Log } from '../logging/log';
import { batched } from '../sql/batched-statements';
import { isUnrelatedToRows, isWithoutPartition, reasonOf } from '../sql/database-errors';
import { createNoteFailedTogether } from '../sql/sharing/failed-together';
import { pipelinedTransactions } from '../sql/transactions';
import { currentTime } from '../time/clock';
import { type Loop, startLoop } from '../time/loop';
import type { TargetPolicy } from '../webhooks/request/target-url';

const SEALING_REST_MS = 1_000;

type Fault = Pick<SealingStopped, 'code' | 'message' | 'checkpoint'>;

/** @param host the beginning of the name of the evidence log, used when its key is made */
export function startSealing(
  source: DataSource,
  keyring: Keyring,
  { host, memory }: { host: string; memory: HeadMemory },
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
    log.error({ code, reporter }, `${what}: ${message} docs/evidence-sealing.md says what to do`);
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

  return startLoop('sealing', SEALING_REST_MS, log, async () => {
    const { hasUnsealed, signedSize } = await sealingState(batched(source.manager));
    if (!hasUnsealed && compared === signedSize) return false;
    try {
      if (hasUnsealed) {
        if (await sealer.step()) return true;
        const left = sealer.left();
        if (left.length > 0) {
          await reportLeft(left);
          // nothing need be committed before they are tried again, and a report is forgotten after a minute
          return SEALING_REST_MS;
        }
        // while another process has the tree, nothing was compared: what stopped this one may still hold
        if (said !== null && !(await transaction((db) => checkHeads(db, memory)))) return SEALING_REST_MS;
      } else if (!(await transaction((db) => checkHeads(db, memory)))) {
        return false;
      }
      await goOn(hasUnsealed && compared !== undefined ? compared : signedSize);
      return false;
    } catch (error) {
      if (error instanceof SealingStopped) {
        await report(error);
        // what it waits for may be a file
        return SEALING_REST_MS;
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

// Sends signed heads of the evidence to webhooks, witnesses and a time-stamp authority. Sealing does not wait for it.

const ANCHORING_REST_MS = 5_000;
/** An answer of an authority has its certificates; that of a witness has a few lines. */
const ANSWER_BYTES = 64 * 1024;

export interface AnchorSettings {
  witnesses: readonly Witness[];
  authority: Authority | null;
}

export function startAnchoring(source: DataSource, settings: AnchorSettings, policy: TargetPolicy, log: Log): Loop {
  // answers are signed, and queries contain no secret: authorities commonly have http: addresses
  const open = { ...policy, allowHttp: true, allowedPorts: null };
  const sender = createSender(open, { responseBytesKept: ANSWER_BYTES, responseBytesRead: ANSWER_BYTES });
  const report = createFaultLog((error) => log.warn({ err: error }, 'a head of the evidence could not be anchored'));
  const anchoring = createAnchoring({
    db: source.manager,
    transaction: pipelinedTransactions(source),
    sender,
    witnesses: settings.witnesses,
    authority: settings.authority,
    onFailure: ({ kind, by }, error) => report(new Error(`${kind} ${by}: ${error}`)),
  });
  const loop = startLoop('anchoring', ANCHORING_REST_MS, log, async () =>
    (await anchoring.step()) ? ANCHORING_REST_MS : false,
  );
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await sender.stop();
    },
  };
}

// Does the verifications that verifyEvidence orders, one at a time in each process.

const VERIFYING_REST_MS = 5_000;

export function startVerifying(source: DataSource, trust: Trust, log: Log): Loop {
  const transaction = pipelinedTransactions(source, SEALING);
  return startLoop('verifying evidence', VERIFYING_REST_MS, log, async () => {
    if (!(await hasOpenRuns(batched(source.manager)))) return false;
    // another process has it, and may end
    return (await verifyNext(source.manager, transaction, trust)) || VERIFYING_REST_MS;
  });
}
