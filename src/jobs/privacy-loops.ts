// Publishes events about approvals that wait, and lets those take effect whose time has come.

import type { DataSource } from 'typeorm';
import { announceApprovals, takeEffect } from '../approvals/decide';
import { DROPPING } from '../database/pools';
import type { Log } from '../logging/log';
import { dropMonths, MonthWaits } from '../privacy/dropping/drop-months';
import { erasePastLimits } from '../privacy/erasing/erase-past-limits';
import { type ErasingParts, eraseNext, PassPositions } from '../privacy/erasing/run-erasures';
import { firstStepAt } from '../privacy/erasure.store';
import { batched } from '../sql/batched-statements';
import { pipelinedTransactions } from '../sql/transactions';
import { currentMs } from '../time/clock';
import { type Loop, startLoop } from '../time/loop';
import { hasDueApprovals } from '../users/approvals/approval.store';

const REST_MS = 2_000;

export function startApproving({ db, transaction }: ErasingParts, log: Log): Loop {
  return startLoop('approving', REST_MS, log, async () => {
    // transactions for nothing would be six statements
    if (!(await hasDueApprovals(batched(db)))) return false;
    await transaction(announceApprovals);
    return transaction(takeEffect);
  });
}

// Does the erasures that were ordered, one at a time in each process.

export function startErasing(parts: ErasingParts, log: Log): Loop {
  return startLoop('erasing content', REST_MS, log, async () => {
    const stepAt = await firstStepAt(batched(parts.db));
    if (stepAt === null) return false;
    const inMs = stepAt.getTime() - currentMs();
    if (inMs > 0) return Math.min(inMs, REST_MS);
    return (await eraseNext(parts)) || REST_MS;
  });
}

const PASS_MS = 600_000;

/** Erases what has passed its limit, every ten minutes. */
export function startErasingPastLimits(parts: ErasingParts, log: Log): Loop {
  const positions = new PassPositions();
  return startLoop('erasing content past its limit', PASS_MS, log, async () => {
    const erased = await erasePastLimits(parts, positions);
    if (erased > 0) log.info({ erased }, 'content that has passed its limit was erased');
    return false;
  });
}

/** Drops months that have passed the limit of rows: looks for them every ten minutes, and earlier where one waits. */
export function startDroppingMonths(source: DataSource, log: Log): Loop {
  const transaction = pipelinedTransactions(source, DROPPING);
  const waits = new MonthWaits();
  return startLoop('dropping months', PASS_MS, log, async () => {
    const { dropped, kept } = await dropMonths(source.manager, transaction, waits);
    for (const month of dropped) log.info(month, 'a month that has passed the limit of rows was dropped');
    for (const month of kept) {
      if (month.because === 'FAILED')
        log.error(month, 'a month has passed the limit of rows, and could not be dropped');
      else log.info(month, 'a month has passed the limit of rows, and stays for now');
    }
    const rest = waits.rest(currentMs());
    return rest === null ? false : Math.min(rest, PASS_MS);
  });
}
